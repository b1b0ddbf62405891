import * as tf from '@tensorflow/tfjs-core';
import { fromImage, type Denoiser, type Prediction } from './prediction.js';

/** What is done to each predicted image before a sampler goes on with it. */
export interface Correction {
  /** E.g. clips to a range, scales by a quantile, or quantizes as a first stage does; `[N, H, W, C]` both. */
  readonly correct: (x0: tf.Tensor4D) => tf.Tensor4D;
  /**
   * Whether the predicted noise becomes the one that goes with the corrected image, as guided-diffusion's DDIM has it
   * where it clips; CompVis's keeps the noise where it quantizes.
   */
  readonly rederiveNoise: boolean;
}

/** Clips each predicted image to [-1, 1], and takes the noise that goes with it. */
export const clipped: Correction = { correct: (x0) => tf.clipByValue(x0, -1, 1), rederiveNoise: true };

/** The prediction for `x` as it is gone on with. */
export function correct(
  prediction: Prediction,
  { x, alphaBar, correction }: { x: tf.Tensor4D; alphaBar: number; correction: Correction | undefined },
): Prediction {
  if (!correction) return prediction;
  const x0 = correction.correct(prediction.x0);
  return correction.rederiveNoise ? fromImage(x0, x, alphaBar) : { x0, eps: prediction.eps };
}

/** The denoiser whose predicted images are corrected. */
export function corrected({ denoiser, correction, alphasCumprod }: CorrectedOptions): Denoiser {
  return (x, timestep) => correct(denoiser(x, timestep), { x, alphaBar: alphasCumprod[timestep] ?? NaN, correction });
}

interface CorrectedOptions {
  readonly denoiser: Denoiser;
  readonly correction?: Correction | undefined;
  readonly alphasCumprod: Float64Array;
}
