import * as tf from '@tensorflow/tfjs-core';

/** A tensor of a step with the name that a message gives it: `the loss`, `the gradient of model.…`. */
export type NamedTensor = readonly [name: string, tensor: tf.Tensor];

/**
 * Finds the first tensor that holds a NaN or an infinity.
 * @throws Error naming it and the step
 */
export function checkFinite(step: number, tensors: Iterable<NamedTensor>): void {
  for (const [name, tensor] of tensors) {
    const [isFinite] = tf.tidy(() => tf.all(tf.isFinite(tensor)).dataSync());
    if (isFinite) continue;
    const values = [...tensor.dataSync()];
    const found = values.find((value) => !Number.isFinite(value));
    throw new Error(
      `step ${step}: ${name} is not finite (${String(found)} in ${values.length} values): detect_anomaly stops here`,
    );
  }
}
