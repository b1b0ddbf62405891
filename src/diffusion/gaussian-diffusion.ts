import * as tf from '@tensorflow/tfjs-core';
import type { NoiseSchedule } from './noise-schedule.js';

/** A Gaussian over images, one log variance per sample. */
export interface Gaussian {
  readonly mean: tf.Tensor4D;
  /** `[N, 1, 1, 1]` */
  readonly logVariance: tf.Tensor;
}

/**
 * The forward process and its posterior (Ho et al. 2020) over batches of images `[N, H, W, C]` with a timestep each,
 * int32 `[N]` in `[0, timesteps)`.
 */
export class GaussianDiffusion {
  constructor(readonly schedule: NoiseSchedule) {}

  /** A draw of `q(x_t | x_0)` with the given standard normal noise (eq. 4); also of a condition, `[N, ...]`. */
  qSample<T extends tf.Tensor>(xStart: T, t: tf.Tensor1D, noise: T): T {
    const { sqrtAlphasCumprod, sqrtOneMinusAlphasCumprod } = this.schedule;
    const { rank } = xStart;
    return tf.tidy(() =>
      tf.add<T>(
        tf.mul(extract(sqrtAlphasCumprod, t, rank), xStart),
        tf.mul(extract(sqrtOneMinusAlphasCumprod, t, rank), noise),
      ),
    );
  }

  /** The target between both (Salimans and Ho 2022, appendix D): `sqrt(alphaBar) noise - sqrt(1 - alphaBar) x_0`. */
  velocity(xStart: tf.Tensor4D, t: tf.Tensor1D, noise: tf.Tensor4D): tf.Tensor4D {
    const { sqrtAlphasCumprod, sqrtOneMinusAlphasCumprod } = this.schedule;
    return tf.tidy(() =>
      tf.sub<tf.Tensor4D>(
        tf.mul(extract(sqrtAlphasCumprod, t), noise),
        tf.mul(extract(sqrtOneMinusAlphasCumprod, t), xStart),
      ),
    );
  }

  /** `q(x_{t-1} | x_t, x_0)` (eq. 6 and 7). */
  qPosterior(xStart: tf.Tensor4D, xT: tf.Tensor4D, t: tf.Tensor1D): Gaussian {
    const { posteriorMeanCoef1, posteriorMeanCoef2, posteriorLogVarianceClipped } = this.schedule;
    return tf.tidy(() => ({
      mean: tf.add<tf.Tensor4D>(
        tf.mul(extract(posteriorMeanCoef1, t), xStart),
        tf.mul<tf.Tensor4D>(extract(posteriorMeanCoef2, t), xT),
      ),
      logVariance: extract(posteriorLogVarianceClipped, t),
    }));
  }
}

/** `values[t]` as float32 `[N, 1, 1, 1]`, to go with a batch of images, or with as many axes as `rank` says. */
export function extract(values: Float64Array, t: tf.Tensor1D, rank = 4): tf.Tensor {
  const shape = [-1, ...Array.from({ length: rank - 1 }, () => 1)];
  return tf.tidy(() => tf.reshape(tf.gather(tf.tensor1d(Float32Array.from(values)), t), shape));
}
