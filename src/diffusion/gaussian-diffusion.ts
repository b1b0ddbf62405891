import * as tf from '@tensorflow/tfjs-core';
import type { NoiseSchedule } from './noise-schedule.js';

/** A Gaussian over images, one variance per sample. A type, not an interface, which tf.tidy refuses. */
export type Gaussian = {
  readonly mean: tf.Tensor4D;
  /** `[N, 1, 1, 1]` */
  readonly variance: tf.Tensor;
  /** `[N, 1, 1, 1]`, of the posterior clipped where the variance is 0. */
  readonly logVariance: tf.Tensor;
};

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

  /** `q(x_t | x_0)` (eq. 4). */
  qMeanVariance(xStart: tf.Tensor4D, t: tf.Tensor1D): Gaussian {
    const { sqrtAlphasCumprod, alphasCumprod, logOneMinusAlphasCumprod } = this.schedule;
    return tf.tidy(() => ({
      mean: tf.mul<tf.Tensor4D>(extract(sqrtAlphasCumprod, t), xStart),
      variance: tf.sub(1, extract(alphasCumprod, t)),
      logVariance: extract(logOneMinusAlphasCumprod, t),
    }));
  }

  /** `x_0` of `x_t` and the noise in it, eq. 4 the other way round. */
  predictStartFromNoise(xT: tf.Tensor4D, t: tf.Tensor1D, noise: tf.Tensor4D): tf.Tensor4D {
    const { sqrtRecipAlphasCumprod, sqrtRecipm1AlphasCumprod } = this.schedule;
    return tf.tidy(() =>
      tf.sub<tf.Tensor4D>(
        tf.mul(extract(sqrtRecipAlphasCumprod, t), xT),
        tf.mul(extract(sqrtRecipm1AlphasCumprod, t), noise),
      ),
    );
  }

  /** `x_0` of `x_t` and the velocity, see {@link velocity}. */
  predictStartFromVelocity(xT: tf.Tensor4D, t: tf.Tensor1D, velocity: tf.Tensor4D): tf.Tensor4D {
    const { sqrtAlphasCumprod, sqrtOneMinusAlphasCumprod } = this.schedule;
    return tf.tidy(() =>
      tf.sub<tf.Tensor4D>(
        tf.mul(extract(sqrtAlphasCumprod, t), xT),
        tf.mul(extract(sqrtOneMinusAlphasCumprod, t), velocity),
      ),
    );
  }

  /**
   * What is left of the images at the last timestep: the divergence of `q(x_T | x_0)` from standard normal noise in bits
   * per value, `[N]`, the term of the variational bound that no training changes (eq. 5; published as `_prior_bpd`).
   */
  priorBpd(xStart: tf.Tensor4D): tf.Tensor1D {
    return tf.tidy(() => {
      const last = tf.fill<tf.Rank.R1>([xStart.shape[0]], this.schedule.timesteps - 1, 'int32');
      const { mean, variance, logVariance } = this.qMeanVariance(xStart, last);
      const divergence = tf.mul(tf.sub(tf.add(tf.square(mean), tf.sub(variance, 1)), logVariance), 0.5);
      return tf.div<tf.Tensor1D>(tf.mean(divergence, [1, 2, 3]), Math.LN2);
    });
  }

  /** `q(x_{t-1} | x_t, x_0)` (eq. 6 and 7). */
  qPosterior(xStart: tf.Tensor4D, xT: tf.Tensor4D, t: tf.Tensor1D): Gaussian {
    const { posteriorMeanCoef1, posteriorMeanCoef2, posteriorVariance, posteriorLogVarianceClipped } = this.schedule;
    return tf.tidy(() => ({
      mean: tf.add<tf.Tensor4D>(
        tf.mul(extract(posteriorMeanCoef1, t), xStart),
        tf.mul<tf.Tensor4D>(extract(posteriorMeanCoef2, t), xT),
      ),
      variance: extract(posteriorVariance, t),
      logVariance: extract(posteriorLogVarianceClipped, t),
    }));
  }
}

/** `values[t]` as float32 `[N, 1, 1, 1]`, to go with a batch of images, or with as many axes as `rank` says. */
export function extract(values: Float64Array, t: tf.Tensor1D, rank = 4): tf.Tensor {
  const shape = [-1, ...Array.from({ length: rank - 1 }, () => 1)];
  return tf.tidy(() => tf.reshape(tf.gather(tf.tensor1d(Float32Array.from(values)), t), shape));
}
