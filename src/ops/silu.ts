import * as tf from '@tensorflow/tfjs-core';

/** Sigmoid-weighted linear unit, `x * sigmoid(x)` (Elfwing et al. 2017); same shape as `x`. */
export function silu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
}
