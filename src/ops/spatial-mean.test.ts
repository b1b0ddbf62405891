import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { grads } from '../autodiff/index.js';
import { spatialMean } from './spatial-mean.js';

onEveryEngine(
  'spatialMean',
  (test) => {
    test('the mean of each channel of each image, whose gradient every pixel shares alike', () => {
      const before = tf.memory().numTensors;
      const x = tf.tensor4d([1, 10, 3, 20, 5, 30, 7, 40, 0, 0, 0, 0, 0, 0, 4, 8], [2, 2, 2, 2]);
      const dy = tf.tensor4d([4, 8, 12, 16], [2, 1, 1, 2]);
      const y = spatialMean(x);
      assert.equal(y.shape, [2, 1, 1, 2]);
      assert.equal([...y.dataSync()], [4, 25, 1, 2]);
      const [dx] = grads(() => spatialMean(x), [x], [dy]) as [tf.Tensor];
      assert.equal([...dx.dataSync()], [1, 2, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 3, 4]);
      tf.dispose([x, dy, y, dx]);
      assert.is(tf.memory().numTensors, before);
    });
  },
  ['torch', 'wasm', 'cpu'],
);
