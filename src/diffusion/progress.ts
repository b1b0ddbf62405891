import * as tf from '@tensorflow/tfjs-core';
import type { ReverseStep, TimedStep } from './reverse-process.js';

/**
 * What is kept of a loop from noise to images: at the timesteps that are shown, the images as they are (`x`, as the
 * published `p_sample_loop` keeps them) or what the network takes them for (`x0`, as `progressive_denoising`), and the
 * images at the end.
 */
export class Progress {
  readonly #timesteps: ReadonlySet<number>;
  readonly #what: keyof ReverseStep;
  readonly #shown: tf.Tensor4D[];
  #last: tf.Tensor4D | undefined;

  /** @param begin shown before all others; the progress owns it from here on */
  constructor(timesteps: readonly number[], what: keyof ReverseStep, begin: readonly tf.Tensor4D[] = []) {
    this.#timesteps = new Set(timesteps);
    this.#what = what;
    this.#shown = [...begin];
  }

  /** Takes copies of what is kept of a step. */
  take(step: TimedStep): void {
    if (this.#timesteps.has(step.timestep)) this.#shown.push(tf.clone(step[this.#what]));
    if (step.timestep === 0) this.#last = tf.clone(step.x);
  }

  /** The images at the end, `[N, H, W, C]`, and what was shown, the noisiest first; the caller disposes both. */
  get result(): { readonly x: tf.Tensor4D; readonly shown: readonly tf.Tensor4D[] } {
    if (!this.#last) throw new Error('Progress: the loop has not come to its end');
    return { x: this.#last, shown: this.#shown };
  }

  dispose(): void {
    tf.dispose(this.#shown);
    this.#last?.dispose();
  }
}

/** Stages of the same images, `[N, H, W, C]` each, as a row for each image: `[N S, H, W, C]` with S stages. */
export function rowsOf(stages: readonly tf.Tensor4D[]): tf.Tensor4D {
  return tf.tidy(() => {
    const rows = tf.transpose(tf.stack([...stages]), [1, 0, 2, 3, 4]);
    return tf.reshape(rows, [-1, ...rows.shape.slice(2)] as [number, number, number, number]);
  });
}

/** Keeps what a sampler begins with, and its images after the first step and then every so many counted from the last. */
export function stageKeeper(
  stages: tf.Tensor4D[],
  every: number,
): (step: number, steps: number, x: tf.Tensor4D) => void {
  return (step, steps, x) => {
    if (step <= 1 || (steps - step) % every === 0) stages.push(tf.clone(x));
  };
}
