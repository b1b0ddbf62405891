import * as tf from '@tensorflow/tfjs-core';
import { corrected } from './correction.js';
import { runSteps, type SamplerOptions } from './sampler.js';

export interface DdpmOptions extends SamplerOptions {
  /** The variance of each step, `[timesteps]`; by default the lower bound of Ho et al. 2020, section 3.2. */
  readonly posteriorVariance?: Float64Array;
}

/**
 * Ancestral sampling over all timesteps (Ho et al. 2020, algorithm 2) with the posterior variance.
 *
 * @returns the sampled images `[N, H, W, C]`
 */
export async function ddpm(options: DdpmOptions): Promise<tf.Tensor4D> {
  const { alphasCumprod, generator, posteriorVariance } = options;
  const denoiser = corrected(options.denoiser, options.correction, alphasCumprod);
  const updates = Array.from(alphasCumprod, (alphaBar, t) => (x: tf.Tensor4D) => {
    const alphaBarPrev = t === 0 ? 1 : (alphasCumprod[t - 1] ?? NaN);
    const alpha = alphaBar / alphaBarPrev;
    const { x0 } = denoiser(x, t);
    const mean = tf.add<tf.Tensor4D>(
      tf.mul(x0, ((1 - alpha) * Math.sqrt(alphaBarPrev)) / (1 - alphaBar)),
      tf.mul(x, ((1 - alphaBarPrev) * Math.sqrt(alpha)) / (1 - alphaBar)),
    );
    if (t === 0) return mean;
    const deviation = Math.sqrt(posteriorVariance?.[t] ?? ((1 - alphaBarPrev) / (1 - alphaBar)) * (1 - alpha));
    return tf.add<tf.Tensor4D>(mean, tf.mul(generator.normal(x.shape), deviation));
  });
  return runSteps(options, updates.reverse());
}
