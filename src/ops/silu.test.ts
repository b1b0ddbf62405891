import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { silu } from './silu.js';

const close = (found: tf.Tensor, expected: tf.Tensor) =>
  (tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0] ?? NaN) < 1e-6;

onEveryEngine('silu', (test) => {
  test('values and gradient of x * sigmoid(x)', () => {
    tf.tidy(() => {
      const formula = (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x));
      const x = tf.tensor1d([-100, -3, -0.5, 0, 0.5, 3, 100]);
      assert.ok(close(silu(x), formula(x)));
      assert.ok(close(tf.grad(silu)(x), tf.grad(formula)(x)));
    });
  });
});
