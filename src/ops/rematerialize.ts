import type * as tf from '@tensorflow/tfjs-core';

/** Computes an operation's output once more, the same bits, from what is saved for the operation's gradient. */
export type Rematerialization = (saved: readonly tf.Tensor[]) => tf.Tensor;

const rematerializations = new WeakMap<tf.Tensor, Rematerialization>();

/**
 * Says that an output costs little to compute again, so that nothing need be kept of it for the gradients of the
 * operations that use it.
 */
export function setRematerialization(output: tf.Tensor, rematerialize: Rematerialization): void {
  rematerializations.set(output, rematerialize);
}

export function rematerializationOf(output: tf.Tensor): Rematerialization | undefined {
  return rematerializations.get(output);
}
