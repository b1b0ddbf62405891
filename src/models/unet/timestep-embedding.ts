import * as tf from '@tensorflow/tfjs-core';

/**
 * Sinusoidal timestep embeddings, cosines first, a zero column last when `dimensions` is odd (Vaswani et al. 2017,
 * section 3.5; `ldm.modules.diffusionmodules.util.timestep_embedding`).
 *
 * @param timesteps `[N]`, integers or fractions
 * @returns `[N, dimensions]`
 */
export function timestepEmbedding(timesteps: tf.Tensor1D, dimensions: number, maxPeriod = 10000): tf.Tensor2D {
  const half = Math.floor(dimensions / 2);
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(maxPeriod) * i) / half));
  return tf.tidy(() => {
    const angles = tf.mul<tf.Tensor2D>(
      tf.expandDims(tf.cast(timesteps, 'float32'), 1),
      tf.tensor2d(frequencies, [1, half]),
    );
    const waves = tf.concat([tf.cos(angles), tf.sin(angles)], 1);
    return dimensions % 2 === 0
      ? waves
      : tf.pad(waves, [
          [0, 0],
          [0, 1],
        ]);
  });
}
