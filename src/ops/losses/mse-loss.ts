import * as tf from '@tensorflow/tfjs-core';
import { MseLoss, MseLossGrad } from '../kernels/index.js';
import { defineMeanError } from './mean-error.js';

/**
 * Mean squared error, over all values or those of each sample.
 * @throws ShapeError when prediction and target differ in shape
 */
export const mseLoss = defineMeanError({
  name: 'mseLoss',
  native: { kernelName: MseLoss, gradKernelName: MseLossGrad },
  errorOf: tf.squaredDifference,
});
