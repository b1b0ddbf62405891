import * as tf from '@tensorflow/tfjs-core';
import { correct } from './correction.js';
import { ddimDescents } from './ddim.js';
import type { DiscretizationOptions } from './discretization.js';
import { atNoiseLevel, fromNoise } from './prediction.js';
import { runSteps, type SamplerOptions } from './sampler.js';

export interface PlmsOptions extends SamplerOptions, DiscretizationOptions {}

/** Adams-Bashforth of the orders 1 to 4: the weights of the predicted noise now, one step before, two … */
const MULTISTEP_WEIGHTS = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

/**
 * Pseudo linear multistep sampling (Liu et al. 2022, eq. 12; latent-diffusion's `plms.py`): the deterministic steps of
 * DDIM with the predicted noise of up to four timesteps, after a first step of the improved Euler method, which asks the
 * network twice.
 *
 * @returns the sampled images `[N, H, W, C]`
 * @throws RangeError where a timestep of the schedule leaves nothing of the image
 */
export async function plms(options: PlmsOptions): Promise<tf.Tensor4D> {
  const { denoiser, correction } = options;
  const steps = ddimDescents(options).map(({ timestep, alphaBar, nextTimestep = timestep, nextAlphaBar }) => ({
    timestep,
    update: (x: tf.Tensor4D, history: readonly tf.Tensor4D[]) => {
      const next = (eps: tf.Tensor4D): tf.Tensor4D =>
        atNoiseLevel(correct(fromNoise(eps, x, alphaBar), { x, alphaBar, correction }), nextAlphaBar);
      const { eps } = denoiser(x, timestep);
      const combined =
        history.length === 0
          ? weighted([eps, denoiser(next(eps), nextTimestep).eps], [1 / 2, 1 / 2])
          : weighted([eps, ...history], MULTISTEP_WEIGHTS[history.length] ?? []);
      return { x: next(combined), left: eps };
    },
  }));
  return runSteps(options, steps, { memory: MULTISTEP_WEIGHTS.length - 1 });
}

function weighted(tensors: readonly tf.Tensor4D[], weights: readonly number[]): tf.Tensor4D {
  return tf.addN(tensors.map((tensor, i) => tf.mul<tf.Tensor4D>(tensor, weights[i] ?? NaN)));
}
