import * as tf from '@tensorflow/tfjs-core';

/**
 * The Kullback-Leibler divergence of two normal distributions, value by value, in nats (`normal_kl`):
 * `((mean1 - mean2)^2 / var2 + var1 / var2 - 1 - log(var1 / var2)) / 2`. Means and log-variances broadcast.
 */
export function normalKl(
  mean1: tf.Tensor | number,
  logvar1: tf.Tensor | number,
  mean2: tf.Tensor | number,
  logvar2: tf.Tensor | number,
): tf.Tensor {
  return tf.tidy(() => {
    const logRatio = tf.sub(logvar1, logvar2);
    const distance = tf.mul(tf.squaredDifference(mean1, mean2), tf.exp(tf.neg(logvar2)));
    return tf.mul(tf.sub(tf.add(tf.exp(logRatio), distance), tf.add(logRatio, 1)), 0.5);
  });
}
