import * as tf from '@tensorflow/tfjs-core';

/** Sums the gradients of several batches: one set of tensors, however many batches there are. */
export class GradientAccumulator {
  #sums: readonly tf.Tensor[] = [];

  /** Adds the gradients of a batch, and owns them from here on. */
  add(gradients: readonly tf.Tensor[]): void {
    const sums = this.#sums;
    if (sums.length === 0) {
      this.#sums = gradients;
      return;
    }
    this.#sums = gradients.map((gradient, i) => {
      const sum = sums[i] as tf.Tensor;
      const added = tf.add(sum, gradient);
      tf.dispose([sum, gradient]);
      return added;
    });
  }

  /** The sums, which the caller owns; begins anew. */
  take(): readonly tf.Tensor[] {
    const taken = this.#sums;
    this.#sums = [];
    return taken;
  }

  dispose(): void {
    tf.dispose([...this.take()]);
  }
}
