import type * as tf from '@tensorflow/tfjs-core';

/**
 * Something measured of reconstructions over a whole set of images, as torchmetrics has it: batch by batch, whatever the
 * batches are. Sums are kept in float64, and no tensors are kept but the weights of a network that measures.
 */
export interface Metric {
  /**
   * Takes a batch in.
   * @param inputs `[N, H, W, C]` in [-1, 1]
   * @param reconstructions of the same shape; values beyond [-1, 1] count as -1 and 1
   */
  update(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): void;
  /** What the batches since the last reset come to, by name; nothing where they are too few to tell. */
  compute(): Record<string, number>;
  /** Forgets all batches. */
  reset(): void;
  /** Why images of this shape cannot be measured; absent or undefined where they can. */
  problem?(shape: readonly number[]): string | undefined;
  /** Frees the weights of the network that measures. */
  dispose?(): void;
}
