import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { grads } from '../autodiff/index.js';
import { leakyRelu, relu } from './leaky-relu.js';

const values = (tensor: tf.Tensor | undefined) => [...(tensor?.dataSync() ?? [])];

onEveryEngine(
  'rectified linear units',
  (test) => {
    test('values and gradients on both sides of zero and at it', () => {
      const before = tf.memory().numTensors;
      const x = tf.tensor1d([-4, -1, 0, 2, 8]);
      const dy = tf.tensor1d([1, 2, 4, 8, 16]);
      const half = (z: tf.Tensor) => leakyRelu(z, 0.5);
      assert.equal(
        tf.tidy(() => values(half(x))),
        [-2, -0.5, 0, 2, 8],
      );
      assert.equal(
        tf.tidy(() => values(relu(x))),
        [0, 0, 0, 2, 8],
      );
      const ofHalf = grads(() => half(x), [x], [dy]);
      const ofRelu = grads(() => relu(x), [x], [dy]);
      assert.equal(values(ofHalf[0]), [0.5, 1, 2, 8, 16]);
      assert.equal(values(ofRelu[0]), [0, 0, 0, 8, 16]);
      tf.dispose([x, dy, ...ofHalf, ...ofRelu]);
      assert.is(tf.memory().numTensors, before);
    });

    test('gradients of gradients: linear in dy, and zero by x', () => {
      const x = tf.tensor1d([-1, 2]);
      const slopes = () => grads(() => leakyRelu(tf.square(x), 0.5), [x])[0] as tf.Tensor;
      // d/dx of 2 x where x^2 > 0
      assert.equal(values(grads(slopes, [x])[0]), [2, 2]);
      const ofNegative = () => grads(() => leakyRelu(tf.neg(tf.square(x)), 0.5), [x])[0] as tf.Tensor;
      assert.equal(values(grads(ofNegative, [x])[0]), [-1, -1]);
      x.dispose();
    });
  },
  ['torch', 'wasm', 'cpu'],
);
