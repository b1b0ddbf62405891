import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { withDefaults } from '../../params.js';
import { ddpmSchedulerParams, type DDPMSchedulerOptions, type DDPMSchedulerParams } from './noise-scheduler.params.js';
import { NoiseScheduler, varianceNoiseOf, type SchedulerStep, type VarianceNoise } from './noise-scheduler.js';

/** Below what diffusers lets no variance fall, for it takes the logarithm. */
const SMALLEST_VARIANCE = 1e-20;

/** Ancestral sampling (Ho et al. 2020, algorithm 2) step by step, `diffusers.DDPMScheduler`. */
export class DDPMScheduler extends NoiseScheduler {
  readonly params: DDPMSchedulerParams;
  readonly takesEta = false;

  /** @throws RangeError where `trained_betas` are not as many as the timesteps */
  constructor(options: DDPMSchedulerOptions = {}) {
    const params = withDefaults(ddpmSchedulerParams, options);
    super(params);
    this.params = params;
  }

  /**
   * One step down (eq. 7); noise is added at every timestep but 0.
   *
   * @param modelOutput the network's output for `sample` at `timestep`, `[N, H, W, C]`; with a learned variance
   * `[N, H, W, 2 C]`
   * @throws ShapeError where the network's output has not these channels; RangeError where there is no such timestep, or
   * the noise alone does not say the image; TypeError where noise is needed and its source is not given
   */
  step(modelOutput: tf.Tensor4D, timestep: number, sample: tf.Tensor4D, noise: VarianceNoise = {}): SchedulerStep {
    return tf.tidy(() => {
      const { output, learned } = this.#parts(modelOutput, sample);
      const { x0 } = this.predict(output, { timestep, sample, rederiveNoise: false });
      const { [timestep]: alphaBar = NaN } = this.alphasCumprod;
      const alphaBarPrev = this.alphasCumprod[this.nextTimestep(timestep)] ?? 1;
      const alpha = alphaBar / alphaBarPrev;
      const mean = tf.add<tf.Tensor4D>(
        tf.mul(x0, (Math.sqrt(alphaBarPrev) * (1 - alpha)) / (1 - alphaBar)),
        tf.mul(sample, (Math.sqrt(alpha) * (1 - alphaBarPrev)) / (1 - alphaBar)),
      );
      if (timestep === 0) return { prevSample: mean, predOriginalSample: tf.clone(x0) };
      const lower = Math.max(((1 - alphaBarPrev) / (1 - alphaBar)) * (1 - alpha), SMALLEST_VARIANCE);
      const added = tf.mul(varianceNoiseOf(noise, sample.shape), this.#deviation({ lower, upper: 1 - alpha, learned }));
      return { prevSample: tf.add<tf.Tensor4D>(mean, added), predOriginalSample: tf.clone(x0) };
    });
  }

  /** The network's output proper, and what it says of the variance. */
  #parts(output: tf.Tensor4D, { shape }: tf.Tensor4D): { output: tf.Tensor4D; learned?: tf.Tensor4D } {
    const [, , , channels] = shape;
    const isLearned = this.params.variance_type.startsWith('learned');
    const expected = isLearned ? 2 * channels : channels;
    if (output.shape[3] !== expected) {
      throw new ShapeError(
        `DDPMScheduler.step with variance_type ${this.params.variance_type}`,
        `${expected} channels of the network's output`,
        String(output.shape[3]),
      );
    }
    if (!isLearned) return { output };
    const [mean, learned] = tf.split(output, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return { output: mean, learned };
  }

  /** Standard deviation of a step between the bounds of its variance. */
  #deviation({ lower, upper, learned }: { lower: number; upper: number; learned?: tf.Tensor4D | undefined }) {
    switch (this.params.variance_type) {
      case 'fixed_small':
      case 'fixed_small_log':
        return Math.sqrt(lower);
      case 'fixed_large':
      case 'fixed_large_log':
        // Of the logarithm diffusers takes the root, which is no number, where it means the variance.
        return Math.sqrt(upper);
      case 'learned':
        return tf.sqrt(learned ?? NaN);
      case 'learned_range': {
        // Nichol and Dhariwal 2021, eq. 15, of an output in [-1, 1].
        const share = tf.div(tf.add(learned ?? NaN, 1), 2);
        const logVariance = tf.add(tf.mul(share, Math.log(upper) - Math.log(lower)), Math.log(lower));
        return tf.exp(tf.mul(logVariance, 0.5));
      }
    }
  }
}
