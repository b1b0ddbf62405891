import * as tf from '@tensorflow/tfjs-core';
import type { Denoiser } from './denoiser.js';

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

/** The denoiser whose predicted images are corrected; the same where there is no correction. */
export function corrected(
  denoiser: Denoiser,
  correction: Correction | undefined,
  alphasCumprod: Float64Array,
): Denoiser {
  if (!correction) return denoiser;
  return (x, timestep) => {
    const { [timestep]: alphaBar = NaN } = alphasCumprod;
    const { x0: predicted, eps } = denoiser(x, timestep);
    const x0 = correction.correct(predicted);
    if (!correction.rederiveNoise) return { x0, eps };
    return { x0, eps: tf.div(tf.sub(x, tf.mul(x0, Math.sqrt(alphaBar))), Math.sqrt(1 - alphaBar)) };
  };
}
