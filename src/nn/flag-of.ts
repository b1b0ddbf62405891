import type * as tf from '@tensorflow/tfjs-core';

/** A flag among a method's tensors: true unless its one value is 0. */
export function flagOf(tensor: tf.Tensor | undefined, fallback: boolean): boolean {
  return tensor ? tensor.dataSync()[0] !== 0 : fallback;
}
