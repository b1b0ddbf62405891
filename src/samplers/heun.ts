import * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { ddimTimesteps, descents, type DiscretizationOptions } from './discretization.js';
import { atNoiseLevel } from './prediction.js';
import { runSteps, type SamplerOptions } from './sampler.js';

export interface HeunOptions extends SamplerOptions, DiscretizationOptions {}

/**
 * Heun's method of second order on the same equation as `euler` (Karras et al. 2022, algorithm 1; k-diffusion's
 * `sample_heun` without churn). Asks the network twice a step, but for the last one to the clean image, and one from a
 * level that leaves nothing of the image: there sigma is infinite, and the step is Euler's.
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function heun(options: HeunOptions): Promise<tf.Tensor4D> {
  const { alphasCumprod, steps: count, discretize } = options;
  const denoiser = corrected(options);
  const levels = descents(ddimTimesteps(count, alphasCumprod.length, discretize), alphasCumprod, 1);
  const steps = levels.map(({ timestep, alphaBar, nextTimestep, nextAlphaBar }) => ({
    timestep,
    update: (x: tf.Tensor4D) => {
      const prediction = denoiser(x, timestep);
      const ahead = atNoiseLevel(prediction, nextAlphaBar);
      if (nextTimestep === undefined || alphaBar === 0) return { x: ahead };
      const { eps } = denoiser(ahead, nextTimestep);
      // y + (sigma' - sigma) (eps + eps') / 2, by how far it is from the point that Euler's step reached.
      const weight = (Math.sqrt(nextAlphaBar) * (sigmaOf(nextAlphaBar) - sigmaOf(alphaBar))) / 2;
      return { x: tf.add<tf.Tensor4D>(ahead, tf.mul(tf.sub(eps, prediction.eps), weight)) };
    },
  }));
  return runSteps(options, steps);
}

function sigmaOf(alphaBar: number): number {
  return Math.sqrt((1 - alphaBar) / alphaBar);
}
