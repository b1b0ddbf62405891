import * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { runSteps, type SamplerOptions } from './sampler.js';

export interface DdimOptions extends SamplerOptions {
  /** Number of steps asked for; `uniform` spacing may give one more. */
  readonly steps: number;
  /** 0 for a deterministic process, 1 for the variance of DDPM. */
  readonly eta: number;
}

/**
 * The timesteps that DDIM visits, ascending (`make_ddim_timesteps`, method `uniform`): every
 * `floor(timesteps / steps)`-th, moved up by one; all of them, unmoved, where that is every single one.
 *
 * @throws RangeError unless `1 <= steps <= timesteps`
 */
export function ddimTimesteps(steps: number, timesteps: number): number[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > timesteps) {
    throw new RangeError(`ddimTimesteps: expected 1 to ${timesteps} steps, found ${steps}`);
  }
  const stride = Math.floor(timesteps / steps);
  const shift = stride > 1 ? 1 : 0;
  return Array.from({ length: Math.ceil(timesteps / stride) }, (_, i) => Math.min(i * stride + shift, timesteps - 1));
}

/**
 * Denoising diffusion implicit models (Song et al. 2021, eq. 12).
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function ddim(options: DdimOptions): Promise<tf.Tensor4D> {
  const { alphasCumprod, generator, steps, eta } = options;
  const denoiser = corrected(options.denoiser, options.correction, alphasCumprod);
  const timesteps = ddimTimesteps(steps, alphasCumprod.length);
  const updates = timesteps.map((t, i) => (x: tf.Tensor4D) => {
    const alphaBar = alphasCumprod[t] ?? NaN;
    // As published: the step below the first timestep keeps the noise level of timestep 0.
    const alphaBarPrev = alphasCumprod[i === 0 ? 0 : (timesteps[i - 1] ?? 0)] ?? NaN;
    const sigma = eta * Math.sqrt(((1 - alphaBarPrev) / (1 - alphaBar)) * (1 - alphaBar / alphaBarPrev));
    const { x0, eps } = denoiser(x, t);
    const direction = tf.mul(eps, Math.sqrt(1 - alphaBarPrev - sigma ** 2));
    const mean = tf.add<tf.Tensor4D>(tf.mul(x0, Math.sqrt(alphaBarPrev)), direction);
    return sigma === 0 ? mean : tf.add<tf.Tensor4D>(mean, tf.mul(generator.normal(x.shape), sigma));
  });
  return runSteps(options, updates.reverse());
}
