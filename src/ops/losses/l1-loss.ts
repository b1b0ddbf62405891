import * as tf from '@tensorflow/tfjs-core';
import { L1Loss, L1LossGrad } from '../kernels/index.js';
import { defineMeanError } from './mean-error.js';

/**
 * Mean absolute error, over all values or those of each sample.
 * @throws ShapeError when prediction and target differ in shape
 */
export const l1Loss = defineMeanError({
  name: 'l1Loss',
  native: { kernelName: L1Loss, gradKernelName: L1LossGrad },
  errorOf: (prediction, target) => {
    const difference = tf.sub(prediction, target);
    // Not tf.abs, whose gradient at zero is -1.
    return tf.mul(difference, tf.sign(difference));
  },
});
