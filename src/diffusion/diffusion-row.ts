import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../random/index.js';
import type { GaussianDiffusion } from './gaussian-diffusion.js';
import { rowsOf } from './progress.js';

/** The timesteps that a diffusion row shows: every `logEveryT`-th, the last one always. */
export function rowTimesteps(timesteps: number, logEveryT: number): number[] {
  return Array.from({ length: timesteps }, (_, t) => t).filter((t) => t % logEveryT === 0 || t === timesteps - 1);
}

/**
 * Each of some images on its way to noise, one row after the other: `[N, H, W, C]` to `[N S, H, W, C]` with S timesteps.
 */
export function diffusionRow(
  diffusion: GaussianDiffusion,
  xStart: tf.Tensor4D,
  { timesteps, generator }: { timesteps: readonly number[]; generator: Generator },
): tf.Tensor4D {
  return tf.tidy(() => {
    const noise = generator.normal(xStart.shape) as tf.Tensor4D;
    const stages = timesteps.map((timestep) =>
      diffusion.qSample(xStart, tf.fill<tf.Rank.R1>([xStart.shape[0]], timestep, 'int32'), noise),
    );
    return rowsOf(stages);
  });
}
