import * as tf from '@tensorflow/tfjs-core';
import { withDefaults } from '../../params.js';
import { ddimSchedulerParams, type DDIMSchedulerOptions, type DDIMSchedulerParams } from './noise-scheduler.params.js';
import { NoiseScheduler, varianceNoiseOf, type SchedulerStep, type StepOptions } from './noise-scheduler.js';

export interface DdimStepOptions extends StepOptions {
  /** Go on with the noise that belongs to the clipped image, as GLIDE does. */
  readonly useClippedModelOutput?: boolean;
}

/** Denoising diffusion implicit models (Song et al. 2021) step by step, `diffusers.DDIMScheduler`. */
export class DDIMScheduler extends NoiseScheduler {
  readonly params: DDIMSchedulerParams;
  readonly takesEta = true;

  /** @throws RangeError where `trained_betas` are not as many as the timesteps */
  constructor(options: DDIMSchedulerOptions = {}) {
    const params = withDefaults(ddimSchedulerParams, options);
    super(params);
    this.params = params;
  }

  /**
   * One step down (eq. 12 and 16).
   *
   * @param modelOutput the network's output for `sample` at `timestep`, `[N, H, W, C]` both
   * @throws RangeError where there is no such timestep or `eta`, or the noise alone does not say the image; TypeError where noise is
   * needed and its source is not given
   */
  step(
    modelOutput: tf.Tensor4D,
    timestep: number,
    sample: tf.Tensor4D,
    { eta = 0, useClippedModelOutput = false, ...noise }: DdimStepOptions = {},
  ): SchedulerStep {
    if (!(eta >= 0 && eta <= 1)) throw new RangeError(`DDIMScheduler.step: expected eta from 0 to 1, found ${eta}`);
    return tf.tidy(() => {
      const { x0, eps } = this.predict(modelOutput, { timestep, sample, rederiveNoise: useClippedModelOutput });
      const { [timestep]: alphaBar = NaN } = this.alphasCumprod;
      const alphaBarPrev = this.alphasCumprod[this.nextTimestep(timestep)] ?? this.#finalAlphaBar;
      const sigma = eta * Math.sqrt(((1 - alphaBarPrev) / (1 - alphaBar)) * (1 - alphaBar / alphaBarPrev));
      const mean = tf.add<tf.Tensor4D>(
        tf.mul(x0, Math.sqrt(alphaBarPrev)),
        tf.mul(eps, Math.sqrt(Math.max(1 - alphaBarPrev - sigma ** 2, 0))),
      );
      if (eta === 0) return { prevSample: mean, predOriginalSample: tf.clone(x0) };
      const added = tf.mul(varianceNoiseOf(noise, sample.shape), sigma);
      return { prevSample: tf.add<tf.Tensor4D>(mean, added), predOriginalSample: tf.clone(x0) };
    });
  }

  get #finalAlphaBar(): number {
    return this.params.set_alpha_to_one ? 1 : (this.alphasCumprod[0] ?? NaN);
  }
}
