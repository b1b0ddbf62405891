import * as tf from '@tensorflow/tfjs-core';

export interface TimestepEmbeddingOptions {
  /** What the longest wave's length is 2 pi times of, in timesteps. */
  readonly maxPeriod?: number;
  /** Repeat the timestep `dimensions` times in place of waves. */
  readonly repeatOnly?: boolean;
}

/**
 * Sinusoidal timestep embeddings, cosines first, a zero column last when `dimensions` is odd (Vaswani et al. 2017,
 * section 3.5; `ldm.modules.diffusionmodules.util.timestep_embedding`).
 *
 * @param timesteps `[N]`, integers or fractions
 * @returns `[N, dimensions]`
 */
export function timestepEmbedding(
  timesteps: tf.Tensor1D,
  dimensions: number,
  { maxPeriod = 10000, repeatOnly = false }: TimestepEmbeddingOptions = {},
): tf.Tensor2D {
  return tf.tidy(() => {
    const column = tf.expandDims<tf.Tensor2D>(tf.cast(timesteps, 'float32'), 1);
    if (repeatOnly) return tf.tile(column, [1, dimensions]);
    const half = Math.floor(dimensions / 2);
    const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(maxPeriod) * i) / half));
    const angles = tf.mul<tf.Tensor2D>(column, tf.tensor2d(frequencies, [1, half]));
    const waves = tf.concat([tf.cos(angles), tf.sin(angles)], 1);
    return dimensions % 2 === 0
      ? waves
      : tf.pad(waves, [
          [0, 0],
          [0, 1],
        ]);
  });
}
