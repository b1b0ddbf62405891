import type * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { ddimTimesteps, descents, type DiscretizationOptions } from './discretization.js';
import { atNoiseLevel } from './prediction.js';
import { runSteps, type SamplerOptions } from './sampler.js';

export interface EulerOptions extends SamplerOptions, DiscretizationOptions {}

/**
 * Euler's method on the probability-flow equation `dy / dsigma = eps` of `y = x / sqrt(alphaBar)`, with
 * `sigma = sqrt((1 - alphaBar) / alphaBar)` (Karras et al. 2022, eq. 4; k-diffusion's `sample_euler` without churn), down to
 * the clean image. Written back in `x`, a step is DDIM's without noise.
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function euler(options: EulerOptions): Promise<tf.Tensor4D> {
  const { alphasCumprod, steps: count, discretize } = options;
  const denoiser = corrected(options);
  const levels = descents(ddimTimesteps(count, alphasCumprod.length, discretize), alphasCumprod, 1);
  const steps = levels.map(({ timestep, nextAlphaBar }) => ({
    timestep,
    update: (x: tf.Tensor4D) => ({ x: atNoiseLevel(denoiser(x, timestep), nextAlphaBar) }),
  }));
  return runSteps(options, steps);
}
