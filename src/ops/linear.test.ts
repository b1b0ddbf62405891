import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { Generator } from '../random/index.js';
import { linear } from './linear.js';

const normal = (shape: number[], stream: number) => new Generator([1, stream]).normal(shape);

onEveryEngine(
  'linear',
  (test) => {
    for (const [leading, withBias] of [
      [[], true],
      [[5], true],
      [[2, 3, 4], true],
      [[2, 3, 4], false],
    ] as const) {
      const title = `[${[...leading, 3].join()}]${withBias ? '' : ' without a bias'}`;
      test(`${title}: the values and gradients of its formula`, () => {
        tf.tidy(() => {
          const inputs = [normal([...leading, 3], 1), normal([4, 3], 2), ...(withBias ? [normal([4], 3)] : [])];
          const formula: typeof linear = (x, weight, bias = tf.zeros([4])) =>
            tf.reshape(tf.add(tf.matMul(tf.reshape(x, [-1, 3]), weight, false, true), bias), [...leading, 4]);
          const all = (f: typeof linear) => {
            const [x, weight, bias] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor?];
            const y = f(x, weight, bias);
            return [
              y,
              ...tf.grads((...given) => f(...(given as Parameters<typeof linear>)))(inputs, normal(y.shape, 4)),
            ];
          };
          const expected = all(formula);
          all(linear).forEach((found, i) => {
            const want = expected[i] as tf.Tensor;
            assert.equal(found.shape, want.shape);
            assert.ok((tf.max(tf.abs(tf.sub(found, want))).dataSync()[0] ?? NaN) < 1e-5);
          });
        });
      });
    }
  },
  ['torch', 'wasm', 'cpu'],
);
