import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { tensorHistograms } from './tensor-histograms.js';

onEveryEngine(
  'histograms of tensors',
  (test) => {
    test('equal buckets from the smallest to the largest value, which is in the last', () => {
      const before = tf.memory().numTensors;
      const tensor = tf.tensor2d([-1, -0.5, 0, 1, 1, 3], [2, 3]);
      assert.equal(tensorHistograms([['a', tensor]], 4), [
        [
          'a',
          { num: 6, min: -1, max: 3, sum: 3.5, sumSquares: 12.25, bucketLimit: [0, 1, 2, 3], bucket: [2, 1, 2, 1] },
        ],
      ]);
      tensor.dispose();
      assert.is(tf.memory().numTensors, before);
    });

    test('one value is one bucket; what is not finite is left out', () => {
      const same = tf.tensor1d([2, 2]);
      const broken = tf.tensor1d([NaN, 2, Infinity, 4, -Infinity]);
      const nothing = tf.tensor1d([NaN]);
      const [first, second, ...others] = tensorHistograms(
        [
          ['same', same],
          ['broken', broken],
          ['nothing', nothing],
        ],
        2,
      );
      assert.equal(others, []);
      assert.equal(first, ['same', { num: 2, min: 2, max: 2, sum: 4, sumSquares: 8, bucketLimit: [2], bucket: [2] }]);
      assert.equal(second, [
        'broken',
        { num: 2, min: 2, max: 4, sum: 6, sumSquares: 20, bucketLimit: [3, 4], bucket: [1, 1] },
      ]);
      tf.dispose([same, broken, nothing]);
    });
  },
  ['torch', 'wasm', 'cpu'],
);
