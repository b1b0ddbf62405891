import * as tf from '@tensorflow/tfjs-core';

/** The error of each value: `[N, H, W, C]`, twice, to the same. */
export type PixelError = (inputs: tf.Tensor4D, reconstructions: tf.Tensor4D) => tf.Tensor4D;

const absolute: PixelError = (inputs, reconstructions) =>
  tf.tidy(() => {
    const difference = tf.sub(reconstructions, inputs);
    // Not tf.abs, whose gradient at zero is -1.
    return tf.mul(difference, tf.sign(difference));
  });

export const pixelErrors = { l1: absolute, l2: tf.squaredDifference as PixelError };
