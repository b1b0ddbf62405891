import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../random/index.js';
import type { Correction } from './correction.js';
import type { Denoiser } from './denoiser.js';

/** What every sampler takes. */
export interface SamplerOptions {
  readonly denoiser: Denoiser;
  /** Products of alphas up to each timestep of the diffusion that the network was trained on. */
  readonly alphasCumprod: Float64Array;
  /** Standard normal noise `[N, H, W, C]`; not disposed. */
  readonly xT: tf.Tensor4D;
  /** Draws the noise of the steps. */
  readonly generator: Generator;
  /** What is done to each predicted image; nothing where absent. */
  readonly correction?: Correction | undefined;
  /**
   * Called after each step, from 1 to the number of steps, with the images as they are; awaited, so that a caller can
   * draw, or stop by throwing. The images are the sampler's own and gone after the call.
   */
  readonly onStep?: (step: number, steps: number, x: tf.Tensor4D) => void | Promise<void>;
}

/**
 * Runs a sampler's steps: each turns the images into the next ones. Frees what a step leaves behind, also when a step or
 * the caller's `onStep` throws.
 */
export async function runSteps(
  { xT, onStep }: Pick<SamplerOptions, 'xT' | 'onStep'>,
  steps: readonly ((x: tf.Tensor4D) => tf.Tensor4D)[],
): Promise<tf.Tensor4D> {
  let x = xT.clone();
  try {
    for (const [i, step] of steps.entries()) {
      const next = tf.tidy(() => step(x));
      x.dispose();
      x = next;
      await onStep?.(i + 1, steps.length, x);
    }
    return x;
  } catch (error) {
    x.dispose();
    throw error;
  }
}
