import * as tf from '@tensorflow/tfjs-core';
import type { NoiseSchedule } from './noise-schedule.js';

/** What a network predicts of a noisy image: the noise in it, or the clean image. */
export interface Parameterization {
  /** The values that a prediction is held against, `[N, H, W, C]`. */
  readonly target: (xStart: tf.Tensor4D, noise: tf.Tensor4D) => tf.Tensor4D;
  /** The noise in `x` that a prediction amounts to, where all of the batch has the same product of alphas. */
  readonly noise: (prediction: tf.Tensor4D, x: tf.Tensor4D, alphaBar: number) => tf.Tensor4D;
  /** The weight of each timestep's error in the variational bound, float64 `[timesteps]`. */
  readonly elboWeights: (schedule: NoiseSchedule) => Float64Array;
}

/** By the published names of the parameter `parameterization`. */
export const parameterizations: Readonly<Record<'eps' | 'x0', Parameterization>> = {
  eps: {
    target: (_, noise) => noise,
    noise: (prediction) => prediction,
    // Ho et al. 2020, eq. 12: beta^2 / (2 sigma^2 alpha (1 - alpha_bar)).
    elboWeights: ({ betas, alphas, alphasCumprod, posteriorVariance }) =>
      elboWeightsOf(betas.length, (t) => {
        const { [t]: beta = NaN } = betas;
        const { [t]: alpha = NaN } = alphas;
        return beta ** 2 / (2 * (posteriorVariance[t] ?? NaN) * alpha * (1 - (alphasCumprod[t] ?? NaN)));
      }),
  },
  x0: {
    target: (xStart) => xStart,
    noise: (prediction, x, alphaBar) =>
      tf.tidy(() => tf.div(tf.sub(x, tf.mul(prediction, Math.sqrt(alphaBar))), Math.sqrt(1 - alphaBar))),
    // As published, which is not what a derivation gives: the denominator there is 2 (1 - alpha_bar).
    elboWeights: ({ alphasCumprod }) =>
      elboWeightsOf(alphasCumprod.length, (t) => {
        const { [t]: alphaBar = NaN } = alphasCumprod;
        return (0.5 * Math.sqrt(alphaBar)) / (2 - alphaBar);
      }),
  },
};

/** That of t = 0, where the posterior variance is 0, is taken from t = 1 as published. */
function elboWeightsOf(timesteps: number, weight: (t: number) => number): Float64Array {
  return Float64Array.from({ length: timesteps }, (_, t) => (timesteps > 1 ? weight(Math.max(t, 1)) : 0));
}
