import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../random/index.js';
import type { Correction } from './correction.js';
import { atNoiseLevel, type Denoiser } from './prediction.js';

/** What every sampler takes. */
export interface SamplerOptions {
  readonly denoiser: Denoiser;
  /** Products of alphas up to each timestep of the diffusion that the network was trained on. */
  readonly alphasCumprod: Float64Array;
  /** Standard normal noise `[N, H, W, C]`, or what `lastSteps` says; not disposed. */
  readonly xT: tf.Tensor4D;
  /** Draws the noise of the steps. */
  readonly generator: Generator;
  /** What is done to each predicted image; nothing where absent. */
  readonly correction?: Correction | undefined;
  /**
   * Take only the last so many of the steps, beginning at the noise level of the first of them: what `xT` then is, e.g.
   * what `ddimEncode` made, or `init` with `xT` as its noise.
   */
  readonly lastSteps?: number | undefined;
  /** The clean image to begin with, `[N, H, W, C]`, for image to image (SDEdit, Meng et al. 2022); not disposed. */
  readonly init?: tf.Tensor4D | undefined;
  /** What of the image is there already, for inpainting; not disposed. */
  readonly known?: KnownImage | undefined;
  /**
   * Called after each step, from 1 to the number of steps, with the images as they are; awaited, so that a caller can
   * draw, or stop by throwing. The images are the sampler's own and gone after the call.
   */
  readonly onStep?: ((step: number, steps: number, x: tf.Tensor4D) => void | Promise<void>) | undefined;
}

/**
 * An image of which a part is given: before each step that part is set anew, as noisy as the rest (as published with
 * latent-diffusion's DDIM; its DDPM does it after each). A type, not an interface, which tf.tidy refuses.
 */
export type KnownImage = {
  /** `[N, H, W, C]` */
  readonly x0: tf.Tensor4D;
  /** 1 where `x0` is kept, 0 where it is painted anew; `[N or 1, H, W, C or 1]`. */
  readonly mask: tf.Tensor4D;
};

/** One step of a sampler. */
export interface Step {
  /** The timestep whose level of noise the images have before the step. */
  readonly timestep: number;
  /** @param history what the last steps left, the newest first */
  readonly update: (x: tf.Tensor4D, history: readonly tf.Tensor4D[]) => StepResult;
}

export type StepResult = {
  /** The next images, `[N, H, W, C]`. */
  readonly x: tf.Tensor4D;
  /** For the steps to come. */
  readonly left?: tf.Tensor4D;
};

/**
 * Runs a sampler's steps: each turns the images into the next ones. Frees what a step leaves behind, also when a step or
 * the caller's `onStep` throws.
 *
 * @param memory how many of the results that steps leave are kept
 * @throws RangeError unless `1 <= lastSteps <= steps`
 */
export async function runSteps(
  { xT, init, known, lastSteps, alphasCumprod, generator, onStep }: Omit<SamplerOptions, 'denoiser' | 'correction'>,
  steps: readonly Step[],
  { memory = 0 }: { readonly memory?: number } = {},
): Promise<tf.Tensor4D> {
  const taken = steps.slice(-checkedCount(lastSteps ?? steps.length, steps.length));
  const [first] = taken;
  const noisy = (x0: tf.Tensor4D, eps: tf.Tensor4D, timestep: number): tf.Tensor4D =>
    atNoiseLevel({ x0, eps }, alphasCumprod[timestep] ?? NaN);
  let x = init && first ? noisy(init, xT, first.timestep) : xT.clone();
  const history: tf.Tensor4D[] = [];
  try {
    for (const [i, { timestep, update }] of taken.entries()) {
      const { x: next, left } = tf.tidy(() => {
        if (!known) return update(x, history);
        const given = noisy(known.x0, generator.normal(x.shape) as tf.Tensor4D, timestep);
        return update(tf.add(tf.mul(given, known.mask), tf.mul(x, tf.sub(1, known.mask))), history);
      });
      x.dispose();
      x = next;
      if (left) history.unshift(left);
      tf.dispose(history.splice(memory));
      await onStep?.(i + 1, taken.length, x);
    }
    return x;
  } catch (error) {
    x.dispose();
    throw error;
  } finally {
    tf.dispose(history);
  }
}

function checkedCount(lastSteps: number, steps: number): number {
  if (Number.isInteger(lastSteps) && lastSteps >= 1 && lastSteps <= steps) return lastSteps;
  throw new RangeError(`lastSteps: expected 1 to ${steps}, found ${lastSteps}`);
}
