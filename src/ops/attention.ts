import * as tf from '@tensorflow/tfjs-core';

/**
 * Scaled dot-product attention, `softmax(q k^T / sqrt(d)) v` (Vaswani et al. 2017, eq. 1).
 *
 * @param q `[..., T, d]`
 * @param k `[..., S, d]`
 * @param v `[..., S, d]`
 * @returns `[..., T, d]`
 */
export function scaledDotProductAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const headChannels = q.shape[q.rank - 1] ?? 1;
    // Scaled before the product, which is T / d times less work than after it.
    const weights = tf.softmax(tf.matMul(tf.mul(q, 1 / Math.sqrt(headChannels)), k, false, true));
    return tf.matMul(weights, v);
  });
}
