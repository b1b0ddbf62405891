import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { peakBytes } from '../../test/support/peak-bytes.js';
import { conv2d, groupNorm } from '../ops/index.js';
import { Generator } from '../random/index.js';
import { checkpoint, grads, vjp } from './index.js';

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];
const normal = (shape: number[], stream: number) => new Generator([1, stream]).normal(shape);

// Only the native group normalization can be computed again.
onEveryEngine(
  'what costs little is computed again',
  (test) => {
    let x: tf.Tensor4D;
    let filter: tf.Tensor4D;
    let vector: tf.Tensor;
    test.before(() => {
      [x, filter, vector] = [
        normal([2, 6, 6, 4], 1) as tf.Tensor4D,
        normal([3, 3, 4, 4], 2) as tf.Tensor4D,
        normal([4], 3),
      ];
    });
    test.after(() => {
      tf.dispose([x, filter, vector]);
    });

    const norm = <R extends tf.Rank>(h: tf.Tensor<R>) =>
      groupNorm(h, vector, vector, { numGroups: 2, activation: 'silu' });
    const convolve = (h: tf.Tensor4D) => conv2d(h, filter, vector, { strides: 1, pad: 1 });
    const all = () => [x, filter, vector];

    /** Asserts that `f` has the gradients, to the bit, that tf.grads takes, which keeps everything. */
    function assertSame(f: () => tf.Tensor): void {
      const expected = tf.grads(() => f())(all());
      const before = tf.memory().numTensors;
      const found = grads(f, all());
      assert.is(tf.memory().numTensors, before + 3);
      assert.equal(found.map(values), expected.map(values));
      tf.dispose([...expected, ...found]);
    }

    test('for a convolution, a matrix product of its reshape, and a product with itself', () => {
      assertSame(() => convolve(norm(x)));
      assertSame(() => tf.matMul(tf.reshape(norm(x), [72, 4]), tf.reshape(filter, [4, 36])));
      assertSame(() => {
        const y = norm(x);
        return tf.add(tf.mul(y, y), convolve(y));
      });
      assertSame(() => convolve(norm(convolve(norm(x)))));
      assertSame(() => checkpoint((h) => convolve(norm(h)), [x], [filter, vector]));
    });

    test('for each call of a pullback', () => {
      const before = tf.memory().numTensors;
      const { values: roots, pullback, dispose } = vjp(() => [convolve(norm(x))], all());
      const dy = tf.ones([2, 6, 6, 4]);
      const [first, second] = [pullback([dy]), pullback([dy])];
      assert.equal(first.map(values), second.map(values));
      dispose();
      tf.dispose([...roots, dy, ...first, ...second]);
      assert.is(tf.memory().numTensors, before);
    });

    test('not through a tensor whose gradient stops, whose normalization is not on the way', () => {
      const detached = tf.customGrad<tf.Tensor4D>((h) => ({
        value: tf.clone(h as tf.Tensor4D),
        gradFunc: (dy: tf.Tensor4D) => tf.zerosLike(dy),
      }));
      assertSame(() => convolve(detached(norm(x))));
      // With respect to the filter alone, nothing before the convolution is recorded.
      const expected = tf.grad((w) => conv2d(norm(x), w as tf.Tensor4D, vector, { strides: 1, pad: 1 }))(filter);
      const found = grads(() => convolve(norm(x)), [filter]);
      assert.equal(found.map(values), [values(expected)]);
      tf.dispose([expected, ...found]);
    });

    test('and is not kept until then', () => {
      const blocks = 8;
      const chain = () => {
        let h = x;
        for (let i = 0; i < blocks; i++) h = tf.tidy(() => convolve(norm(h)));
        return h;
      };
      const peak = peakBytes(() => {
        tf.dispose(grads(chain, [x]));
      });
      // One tensor a block, the input of its normalization, and those of the gradients on the way.
      assert.ok(peak <= (blocks + 6) * 4 * x.size, `${peak / 4 / x.size} tensors`);
    });
  },
  ['torch'],
);
