import * as tf from '@tensorflow/tfjs-core';
import { defineMeanError } from './mean-error.js';

/**
 * Huber's error with its knee at 1, `d^2 / 2` up to there and `|d| - 1/2` beyond, over all values or those of each
 * sample (Huber 1964; `torch.nn.SmoothL1Loss` with beta 1).
 * @throws ShapeError when prediction and target differ in shape
 */
export const smoothL1Loss = defineMeanError({
  name: 'smoothL1Loss',
  errorOf: (prediction, target) => {
    const difference = tf.sub(prediction, target);
    const clipped = tf.clipByValue(difference, -1, 1);
    return tf.mul(clipped, tf.sub(difference, tf.mul(clipped, 0.5)));
  },
});
