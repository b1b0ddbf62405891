import type * as tf from '@tensorflow/tfjs-core';
import { fromImage, fromNoise, fromVelocity, type Prediction, type PredictionType } from '../samplers/index.js';
import type { GaussianDiffusion } from './gaussian-diffusion.js';
import type { NoiseSchedule } from './noise-schedule.js';
import { predictionTypes } from './prediction-types.js';

/** A clean image `[N, H, W, C]` on its way to noise at the timesteps `t`, int32 `[N]`. */
export interface Noising {
  readonly xStart: tf.Tensor4D;
  readonly t: tf.Tensor1D;
  /** Standard normal, the shape of `xStart`. */
  readonly noise: tf.Tensor4D;
}

/** Noisy images `[N, H, W, C]` at the timesteps `t`, int32 `[N]`. */
export interface NoisyImages {
  readonly x: tf.Tensor4D;
  readonly t: tf.Tensor1D;
}

/** What a network predicts of a noisy image: the noise in it, the clean image, or the velocity between both. */
export interface Parameterization {
  /** Its name in diffusers. */
  readonly predictionType: PredictionType;
  /** The values that a prediction is held against, `[N, H, W, C]`. */
  readonly target: (diffusion: GaussianDiffusion, noising: Noising) => tf.Tensor4D;
  /**
   * The image and the noise that the network's output amounts to for `x`, where all of the batch has the same product of
   * alphas.
   *
   * @throws RangeError where they do not follow from it
   */
  readonly predict: (output: tf.Tensor4D, x: tf.Tensor4D, alphaBar: number) => Prediction;
  /** The image alone, where each of the batch has a timestep of its own. */
  readonly start: (diffusion: GaussianDiffusion, output: tf.Tensor4D, at: NoisyImages) => tf.Tensor4D;
  /** The weight of each timestep's error in the variational bound, float64 `[timesteps]`. */
  readonly elboWeights: (schedule: NoiseSchedule) => Float64Array;
}

/** By the published names of the parameter `parameterization`. */
export const parameterizations: Readonly<Record<'eps' | 'x0' | 'v', Parameterization>> = {
  eps: {
    predictionType: predictionTypes.eps,
    target: (_, { noise }) => noise,
    predict: fromNoise,
    start: (diffusion, eps, { x, t }) => diffusion.predictStartFromNoise(x, t, eps),
    // Ho et al. 2020, eq. 12: beta^2 / (2 sigma^2 alpha (1 - alpha_bar)).
    elboWeights: ({ betas, alphas, alphasCumprod, posteriorVariance }) =>
      elboWeightsOf(betas.length, (t) => {
        const { [t]: beta = NaN } = betas;
        const { [t]: alpha = NaN } = alphas;
        return beta ** 2 / (2 * (posteriorVariance[t] ?? NaN) * alpha * (1 - (alphasCumprod[t] ?? NaN)));
      }),
  },
  x0: {
    predictionType: predictionTypes.x0,
    target: (_, { xStart }) => xStart,
    predict: fromImage,
    start: (_, x0) => x0,
    // As published, which is not what a derivation gives: the denominator there is 2 (1 - alpha_bar).
    elboWeights: ({ alphasCumprod }) =>
      elboWeightsOf(alphasCumprod.length, (t) => {
        const { [t]: alphaBar = NaN } = alphasCumprod;
        return (0.5 * Math.sqrt(alphaBar)) / (2 - alphaBar);
      }),
  },
  v: {
    predictionType: predictionTypes.v,
    target: (diffusion, { xStart, t, noise }) => diffusion.velocity(xStart, t, noise),
    predict: fromVelocity,
    start: (diffusion, v, { x, t }) => diffusion.predictStartFromVelocity(x, t, v),
    // As published with Stable Diffusion 2, which does without the weights that the bound has.
    elboWeights: ({ timesteps }) => new Float64Array(timesteps).fill(1),
  },
};

/** That of t = 0, where the posterior variance is 0, is taken from t = 1 as published. */
function elboWeightsOf(timesteps: number, weight: (t: number) => number): Float64Array {
  return Float64Array.from({ length: timesteps }, (_, t) => (timesteps > 1 ? weight(Math.max(t, 1)) : 0));
}
