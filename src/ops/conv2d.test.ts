import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { Generator } from '../random/index.js';
import { conv2d } from './conv2d.js';

const normal = (shape: number[], stream: number) => new Generator([1, stream]).normal(shape);

onEveryEngine(
  'conv2d',
  (test) => {
    for (const [size, strides, pad] of [
      [3, 1, 1],
      [3, 2, 1],
      [1, 1, 0],
    ] as const) {
      test(`${size}x${size}, stride ${strides}: values and gradients of tf.fused.conv2d`, () => {
        tf.tidy(() => {
          const inputs = [normal([2, 6, 6, 3], 1), normal([size, size, 3, 4], 2), normal([4], 3)];
          const ours = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
            conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, bias, { strides, pad });
          const theirs = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
            tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias, strides, pad });
          const all = (f: typeof ours) => {
            const [x, filter, bias] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
            const y = f(x, filter, bias);
            return [y, ...tf.grads((a, b, c) => f(a, b, c))(inputs, normal(y.shape, 4))];
          };
          const expected = all(theirs);
          all(ours).forEach((found, i) => {
            const want = expected[i] as tf.Tensor;
            assert.equal(found.shape, want.shape);
            assert.ok((tf.max(tf.abs(tf.sub(found, want))).dataSync()[0] ?? NaN) < 1e-5);
          });
        });
      });
    }

    test('a column of a filter, padded above and below only', () => {
      tf.tidy(() => {
        const inputs = [normal([2, 6, 1, 3], 1), normal([3, 1, 3, 4], 2), normal([4], 3)];
        const ours = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
          conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, bias, { strides: 2, pad: [1, 0] });
        const byRows = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) => {
          const padded = tf.pad(tf.squeeze(x, [2]), [
            [0, 0],
            [1, 1],
            [0, 0],
          ]);
          const rows = [0, 2, 4].map((row) => tf.reshape(tf.slice(padded, [0, row, 0], [2, 3, 3]), [2, 9]));
          const products = rows.map((row) => tf.add(tf.matMul(row, tf.reshape(filter, [9, 4])), bias));
          return tf.expandDims<tf.Tensor4D>(tf.stack(products, 1), 2);
        };
        const all = (f: typeof ours) => {
          const [x, filter, bias] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
          return [f(x, filter, bias), ...tf.grads((a, b, c) => f(a, b, c))(inputs, normal([2, 3, 1, 4], 4))];
        };
        const expected = all(byRows);
        all(ours).forEach((found, i) => {
          const want = expected[i] as tf.Tensor;
          assert.equal(found.shape, want.shape);
          assert.ok((tf.max(tf.abs(tf.sub(found, want))).dataSync()[0] ?? NaN) < 1e-5);
        });
      });
    });
  },
  ['torch', 'wasm', 'cpu'],
);
