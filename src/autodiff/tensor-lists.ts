import type * as tf from '@tensorflow/tfjs-core';

/** The shapes of tensors as messages give them, such as `[2, 3], [4]`. */
export function shapesOf(tensors: readonly tf.Tensor[]): string {
  return tensors.map(({ shape }) => `[${shape.join(', ')}]`).join(', ');
}

/** Tensors under the names that tfjs-core gives the inputs of a custom gradient. */
export function byPosition(tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(tensors.map((tensor, i) => [String(i), tensor]));
}
