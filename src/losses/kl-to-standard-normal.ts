import * as tf from '@tensorflow/tfjs-core';

/**
 * The Kullback-Leibler divergence of each sample's posterior from the standard normal, in nats:
 * `1/2 sum(mean^2 + variance - 1 - logVariance)`, with the log-variance clamped to [-30, 20] as published.
 *
 * @param moments mean and log-variance next to each other, `[N, H, W, 2 C]`
 * @returns `[N]`
 */
export function klToStandardNormal(moments: tf.Tensor4D): tf.Tensor1D {
  return tf.tidy(() => {
    const [mean, given] = tf.split(moments, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
    const logVariance = tf.clipByValue(given, -30, 20);
    const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
    return tf.mul(0.5, tf.sum<tf.Tensor1D>(terms, [1, 2, 3]));
  });
}
