import * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { ddimTimesteps, descents, type DiscretizationOptions } from './discretization.js';
import { runSteps, type SamplerOptions } from './sampler.js';

export interface DpmSolverOptions extends SamplerOptions, DiscretizationOptions {}

/**
 * The steps to the lowest timestep and from there to the clean image: both take that logarithm much further than the step
 * before did, so that a line through two predictions would be drawn out far. diffusers has one, for grids that do not go
 * down to the lowest timestep.
 */
const LOWER_ORDER_AT_THE_END = 2;

/**
 * DPM-Solver++(2M) (Lu et al. 2022b, algorithm 2): a multistep method of second order in the predicted image, over half
 * the logarithm of the signal-to-noise ratio. The first step and the last two are of first order.
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function dpmSolverPlusPlus(options: DpmSolverOptions): Promise<tf.Tensor4D> {
  const { alphasCumprod, steps: count, discretize } = options;
  const denoiser = corrected(options);
  const levels = descents(ddimTimesteps(count, alphasCumprod.length, discretize), alphasCumprod, 1);
  const steps = levels.map(({ timestep, alphaBar, nextAlphaBar }, i) => {
    const h = lambda(nextAlphaBar) - lambda(alphaBar);
    const hBefore = lambda(alphaBar) - lambda(levels[i - 1]?.alphaBar ?? NaN);
    return {
      timestep,
      update: (x: tf.Tensor4D, [before]: readonly tf.Tensor4D[]) => {
        const { x0 } = denoiser(x, timestep);
        const isFirstOrder = !before || i >= levels.length - LOWER_ORDER_AT_THE_END;
        // The line through both predicted images, half a step ahead: 1 / (2 r) with r = hBefore / h.
        const ahead = isFirstOrder ? x0 : tf.add<tf.Tensor4D>(x0, tf.mul(tf.sub(x0, before), h / (2 * hBefore)));
        const next = tf.add<tf.Tensor4D>(
          tf.mul(x, Math.sqrt((1 - nextAlphaBar) / (1 - alphaBar))),
          tf.mul(ahead, -Math.sqrt(nextAlphaBar) * Math.expm1(-h)),
        );
        return { x: next, left: x0 };
      },
    };
  });
  return runSteps(options, steps, { memory: 1 });
}

/** Half the logarithm of the signal-to-noise ratio. */
function lambda(alphaBar: number): number {
  return Math.log(alphaBar / (1 - alphaBar)) / 2;
}
