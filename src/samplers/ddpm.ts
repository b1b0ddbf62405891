import * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { descents } from './discretization.js';
import { runSteps, type SamplerOptions } from './sampler.js';
import { addStepNoise, type StepNoiseOptions } from './step-noise.js';

export interface DdpmOptions extends SamplerOptions, StepNoiseOptions {
  /** The variance of each step, `[timesteps]`; by default the lower bound of Ho et al. 2020, section 3.2. */
  readonly posteriorVariance?: Float64Array | undefined;
}

/**
 * Ancestral sampling over all timesteps (Ho et al. 2020, algorithm 2) with the posterior variance.
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function ddpm(options: DdpmOptions): Promise<tf.Tensor4D> {
  const { alphasCumprod, generator, posteriorVariance, temperature, noiseDropout } = options;
  const denoiser = corrected(options);
  const levels = descents([...alphasCumprod.keys()], alphasCumprod, 1);
  const steps = levels.map(({ timestep, alphaBar, nextAlphaBar }) => ({
    timestep,
    update: (x: tf.Tensor4D) => {
      const alpha = alphaBar / nextAlphaBar;
      const { x0 } = denoiser(x, timestep);
      const mean = tf.add<tf.Tensor4D>(
        tf.mul(x0, ((1 - alpha) * Math.sqrt(nextAlphaBar)) / (1 - alphaBar)),
        tf.mul(x, ((1 - nextAlphaBar) * Math.sqrt(alpha)) / (1 - alphaBar)),
      );
      if (timestep === 0) return { x: mean };
      const variance = posteriorVariance?.[timestep] ?? ((1 - nextAlphaBar) / (1 - alphaBar)) * (1 - alpha);
      return { x: addStepNoise(mean, { generator, deviation: Math.sqrt(variance), temperature, noiseDropout }) };
    },
  }));
  return runSteps(options, steps);
}
