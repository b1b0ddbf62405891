import type * as tf from '@tensorflow/tfjs-core';
import { mseLoss } from '../ops/index.js';

/** The mean squared error of each sample: `[N, ...]` to `[N]`. */
export function l2PerSample(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor1D {
  return mseLoss(prediction, target, { reduction: 'perSample' });
}
