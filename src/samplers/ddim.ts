import * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { ddimTimesteps, descents, type Descent, type DiscretizationOptions } from './discretization.js';
import { runSteps, type SamplerOptions } from './sampler.js';
import { addStepNoise, type StepNoiseOptions } from './step-noise.js';

export interface DdimOptions extends SamplerOptions, DiscretizationOptions, StepNoiseOptions {
  /** 0 for a deterministic process, 1 for the variance of DDPM. */
  readonly eta: number;
  /** Take every timestep, whatever `steps` says, down to the clean image. */
  readonly useOriginalSteps?: boolean | undefined;
}

/**
 * Denoising diffusion implicit models (Song et al. 2021, eq. 12).
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function ddim(options: DdimOptions): Promise<tf.Tensor4D> {
  const { generator, eta, temperature, noiseDropout } = options;
  const denoiser = corrected(options);
  const steps = ddimDescents(options).map(({ timestep, alphaBar, nextAlphaBar }) => ({
    timestep,
    update: (x: tf.Tensor4D) => {
      const sigma = eta * Math.sqrt(((1 - nextAlphaBar) / (1 - alphaBar)) * (1 - alphaBar / nextAlphaBar));
      const { x0, eps } = denoiser(x, timestep);
      // With all noise and from pure noise nothing is left of it, where rounding may fall below 0.
      const direction = tf.mul(eps, Math.sqrt(Math.max(1 - nextAlphaBar - sigma ** 2, 0)));
      const mean = tf.add<tf.Tensor4D>(tf.mul(x0, Math.sqrt(nextAlphaBar)), direction);
      return { x: addStepNoise(mean, { generator, deviation: sigma, temperature, noiseDropout }) };
    },
  }));
  return runSteps(options, steps);
}

/** The steps of DDIM, the noisiest first. */
export function ddimDescents({
  alphasCumprod,
  steps,
  discretize,
  useOriginalSteps = false,
}: Pick<DdimOptions, 'alphasCumprod' | 'steps' | 'discretize' | 'useOriginalSteps'>): Descent[] {
  if (useOriginalSteps) return descents([...alphasCumprod.keys()], alphasCumprod, 1);
  // As published: the step below the first timestep keeps the noise level of timestep 0.
  return descents(ddimTimesteps(steps, alphasCumprod.length, discretize), alphasCumprod, alphasCumprod[0] ?? NaN);
}
