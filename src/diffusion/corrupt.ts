import * as tf from '@tensorflow/tfjs-core';

/**
 * Mixes images with noise, each by its own amount: `x (1 - amount) + noise amount` (the diffusion course's `corrupt`).
 *
 * @param x `[N, H, W, C]`
 * @param noise of the shape of `x` and the same range of values
 * @param amount `[N]`, from 0 for the image to 1 for the noise
 */
export function corrupt(x: tf.Tensor4D, noise: tf.Tensor4D, amount: tf.Tensor1D): tf.Tensor4D {
  return tf.tidy(() => {
    const share = tf.reshape(amount, [-1, 1, 1, 1]);
    return tf.add(tf.mul(x, tf.sub(1, share)), tf.mul(noise, share));
  });
}
