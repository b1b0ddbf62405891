import * as tf from '@tensorflow/tfjs-core';
import { MeanOverImages } from './mean-over-images.js';

/** Of images in [-1, 1]. */
const DATA_RANGE = 2;

/**
 * Peak signal-to-noise ratio in decibels, `psnr`: the mean over the images of `10 log10(4 / MSE)`, the MSE over all values
 * of an image. That is torchmetrics' `PeakSignalNoiseRatio` with `data_range=2` and `dim` all axes but the first; values
 * are clamped to [-1, 1] before, and not rounded to 8 bits. Infinite where one image is the same in every value.
 */
export class PeakSignalNoiseRatio extends MeanOverImages {
  constructor() {
    super('psnr');
  }

  protected override measure(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): tf.Tensor {
    const mse = tf.mean(tf.squaredDifference(inputs, reconstructions), [1, 2, 3]);
    return tf.mul(tf.log(tf.div(DATA_RANGE ** 2, mse)), 10 / Math.LN10);
  }
}
