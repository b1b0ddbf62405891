import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { grads } from '../autodiff/index.js';
import { unitNormalize } from './unit-normalize.js';

onEveryEngine(
  'unitNormalize',
  (test) => {
    test('vectors of length one, and what is across them of a gradient', () => {
      const before = tf.memory().numTensors;
      const x = tf.tensor2d([
        [3, 4],
        [0, -2],
      ]);
      const dy = tf.tensor2d([
        [1, 0],
        [5, 7],
      ]);
      const y = unitNormalize(x, 1e-10);
      assertClose(y.dataSync(), [0.6, 0.8, 0, -1], 1e-6, 'y');
      const [dx] = grads(() => unitNormalize(x, 1e-10), [x], [dy]) as [tf.Tensor];
      // (dy - y (y . dy)) / length: ([1, 0] - 0.6 [0.6, 0.8]) / 5, ([5, 7] + 7 [0, -1]) / 2
      assertClose(dx.dataSync(), [0.128, -0.096, 2.5, 0], 1e-6, 'dx');
      tf.dispose([x, dy, y, dx]);
      assert.is(tf.memory().numTensors, before);
    });

    test('an epsilon that shows: the gradient of x / (|x| + 2)', () => {
      const x = tf.tensor2d([[3], [-1]]);
      const [dx] = grads(() => unitNormalize(x, 2), [x]) as [tf.Tensor];
      // 2 / (|x| + 2)^2
      assertClose(dx.dataSync(), [2 / 25, 2 / 9], 1e-6, 'dx');
      tf.dispose([x, dx]);
    });

    test('a vector of zeros stays so, with a finite gradient', () => {
      const x = tf.zeros([1, 3]);
      assert.equal([...unitNormalize(x, 1e-10).dataSync()], [0, 0, 0]);
      const [dx] = grads(() => unitNormalize(x, 1e-10), [x]) as [tf.Tensor];
      assert.ok([...dx.dataSync()].every(Number.isFinite));
      tf.dispose([x, dx]);
    });
  },
  ['torch', 'wasm', 'cpu'],
);
