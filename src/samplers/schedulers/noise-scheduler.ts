import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../random/index.js';
import { correct } from '../correction.js';
import { dynamicThresholding } from '../dynamic-thresholding.js';
import { fromImage, fromNoise, fromVelocity, type Prediction } from '../prediction.js';
import type { DDIMSchedulerParams, DDPMSchedulerParams } from './noise-scheduler.params.js';
import { schedulerAlphasCumprod, schedulerBetas } from './scheduler-betas.js';
import { spacedTimesteps } from './timestep-spacing.js';

/** What a step makes of a noisy image. */
export type SchedulerStep = {
  /** The image at the next level of noise, `[N, H, W, C]`. */
  readonly prevSample: tf.Tensor4D;
  /** The clean image that was predicted, `[N, H, W, C]`. */
  readonly predOriginalSample: tf.Tensor4D;
};

/** Standard normal noise of a step, where it has any: given, or drawn. */
export interface VarianceNoise {
  readonly generator?: Generator | undefined;
  /** `[N, H, W, C]` */
  readonly varianceNoise?: tf.Tensor4D | undefined;
}

/** What the steps of all schedulers can be told; each reads what it knows of. */
export interface StepOptions extends VarianceNoise {
  /** The share of DDPM's noise that a step adds, in [0, 1], where a scheduler `takesEta`. */
  readonly eta?: number;
}

/**
 * What diffusers' DDIMScheduler and DDPMScheduler share: a schedule of betas, the timesteps of fewer steps, and what the
 * network's output means. A scheduler takes one step at a time and knows no network; `scheduled` runs the whole loop.
 */
export abstract class NoiseScheduler {
  abstract readonly params: DDIMSchedulerParams | DDPMSchedulerParams;
  /** Whether `eta` says how much noise its steps add; 0, none, makes it deterministic. */
  abstract readonly takesEta: boolean;
  /** `[num_train_timesteps]` */
  readonly betas: Float32Array;
  /** Products of alphas, `[num_train_timesteps]`. */
  readonly alphasCumprod: Float64Array;
  readonly #params: DDIMSchedulerParams | DDPMSchedulerParams;
  #timesteps: readonly number[];
  #isCustom = false;
  #stride = 1;

  /** @throws RangeError where `trained_betas` are not as many as the timesteps */
  protected constructor(params: DDIMSchedulerParams | DDPMSchedulerParams) {
    const { num_train_timesteps: timesteps, trained_betas: trained } = params;
    if (trained && trained.length !== timesteps) {
      throw new RangeError(`trained_betas: expected ${timesteps}, one for each timestep, found ${trained.length}`);
    }
    this.#params = params;
    this.betas = schedulerBetas(params);
    this.alphasCumprod = schedulerAlphasCumprod(this.betas);
    this.#timesteps = Array.from({ length: timesteps }, (_, i) => timesteps - 1 - i);
  }

  /** One step down: see the schedulers. */
  abstract step(modelOutput: tf.Tensor4D, timestep: number, sample: tf.Tensor4D, options?: StepOptions): SchedulerStep;

  /** The timesteps to visit, descending; all of them until `setTimesteps`. */
  get timesteps(): readonly number[] {
    return this.#timesteps;
  }

  /**
   * Chooses how many timesteps are visited, or which ones.
   *
   * @throws RangeError where there are not that many, or those given do not descend within the diffusion's
   */
  setTimesteps(steps: number | readonly number[]): void {
    const { num_train_timesteps: timesteps } = this.#params;
    this.#isCustom = typeof steps !== 'number';
    if (typeof steps === 'number') {
      this.#timesteps = spacedTimesteps(steps, this.#params);
      this.#stride = Math.floor(timesteps / steps);
      return;
    }
    const isDescending = steps.every((t, i) => Number.isInteger(t) && t >= 0 && t < (steps[i - 1] ?? timesteps));
    if (steps.length === 0 || !isDescending) {
      throw new RangeError(
        `setTimesteps: expected descending timesteps from at most ${timesteps - 1} to at least 0, found ${steps.join(', ')}`,
      );
    }
    this.#timesteps = [...steps];
  }

  /**
   * Noisy images (Ho et al. 2020, eq. 4), `[N, H, W, C]`.
   *
   * @param t int32 `[N]`
   */
  addNoise(originalSamples: tf.Tensor4D, noise: tf.Tensor4D, t: tf.Tensor1D): tf.Tensor4D {
    return tf.tidy(() => {
      const { signal, deviation } = this.#levels(t);
      return tf.add(tf.mul(originalSamples, signal), tf.mul(noise, deviation));
    });
  }

  /**
   * What a network of `v_prediction` is to predict (Salimans and Ho 2022, appendix D), `[N, H, W, C]`.
   *
   * @param t int32 `[N]`
   */
  getVelocity(sample: tf.Tensor4D, noise: tf.Tensor4D, t: tf.Tensor1D): tf.Tensor4D {
    return tf.tidy(() => {
      const { signal, deviation } = this.#levels(t);
      return tf.sub(tf.mul(noise, signal), tf.mul(sample, deviation));
    });
  }

  /** What the network's output amounts to, the image clipped or thresholded; the noise goes with it where asked for. */
  protected predict(
    output: tf.Tensor4D,
    { timestep, sample: x, rederiveNoise }: { timestep: number; sample: tf.Tensor4D; rederiveNoise: boolean },
  ): Prediction {
    const { [timestep]: alphaBar } = this.alphasCumprod;
    if (alphaBar === undefined) {
      throw new RangeError(`step: expected a timestep from 0 to ${this.alphasCumprod.length - 1}, found ${timestep}`);
    }
    const prediction = meanings[this.#params.prediction_type](output, x, alphaBar);
    return correct(prediction, { x, alphaBar, correction: { correct: (x0) => this.#corrected(x0), rederiveNoise } });
  }

  /** The timestep after this one, below 0 at the end. */
  protected nextTimestep(timestep: number): number {
    if (!this.#isCustom) return timestep - this.#stride;
    const index = this.#timesteps.indexOf(timestep);
    if (index < 0) {
      throw new RangeError(`step: expected one of the timesteps ${this.#timesteps.join(', ')}, found ${timestep}`);
    }
    return this.#timesteps[index + 1] ?? -1;
  }

  #corrected(x0: tf.Tensor4D): tf.Tensor4D {
    const {
      thresholding,
      dynamic_thresholding_ratio: ratio,
      sample_max_value: maxValue,
      clip_sample: clips,
      clip_sample_range: range,
    } = this.#params;
    if (thresholding) return dynamicThresholding(x0, { ratio, maxValue });
    return clips ? tf.clipByValue(x0, -range, range) : x0;
  }

  /** Factors of image and noise at each of the timesteps, `[N, 1, 1, 1]`. */
  #levels(t: tf.Tensor1D): { signal: tf.Tensor; deviation: tf.Tensor } {
    const at = (f: (alphaBar: number) => number): tf.Tensor =>
      tf.reshape(tf.gather(tf.tensor1d(Float32Array.from(this.alphasCumprod, f)), t), [-1, 1, 1, 1]);
    return { signal: at(Math.sqrt), deviation: at((alphaBar) => Math.sqrt(1 - alphaBar)) };
  }
}

const meanings = { epsilon: fromNoise, sample: fromImage, v_prediction: fromVelocity };

/** The noise of a step. @throws TypeError unless there is one source of it */
export function varianceNoiseOf({ generator, varianceNoise }: VarianceNoise, shape: readonly number[]): tf.Tensor4D {
  if (generator && varianceNoise) throw new TypeError('step: expected a generator or varianceNoise, found both');
  if (varianceNoise) return varianceNoise;
  if (generator) return generator.normal(shape) as tf.Tensor4D;
  throw new TypeError('step: expected a generator or varianceNoise for the noise of this step, found neither');
}
