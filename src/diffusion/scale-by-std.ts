import * as tf from '@tensorflow/tfjs-core';
import type { Parameter } from '../nn/index.js';

/**
 * Measures the factor that brings latent images to a standard deviation of 1 (Rombach et al. 2022, appendix G): on the
 * first batch of a training as published, or on more, with the factor of all batches so far after each of them. What it
 * has seen is kept with the weights, so that a training that is resumed in between goes on as it would have.
 */
export class ScaleByStd {
  readonly batches: number;
  readonly #scaleFactor: Parameter;
  readonly #moments: Parameter | undefined;

  /**
   * @param scaleFactor the buffer of the factor, a scalar
   * @param moments of more than one batch, a buffer `[3]`: number, mean and sum of squared deviations of all values so far
   */
  constructor(scaleFactor: Parameter, { batches, moments }: { batches: number; moments: Parameter | undefined }) {
    this.batches = batches;
    this.#scaleFactor = scaleFactor;
    this.#moments = moments;
  }

  get scaleFactor(): tf.Tensor {
    return this.#scaleFactor.value;
  }

  /** Takes a batch of latent images, without a factor, into account. */
  observe(z: tf.Tensor): void {
    const seen = this.#moments;
    if (!seen) {
      this.#scaleFactor.assign(inverseDeviation(z));
      return;
    }
    const [moments, factor] = tf.tidy(() => {
      const joint = merged(seen.value, momentsOf(z));
      const [count, , squares] = tf.unstack(joint) as [tf.Scalar, tf.Scalar, tf.Scalar];
      return [joint, tf.rsqrt(tf.div<tf.Scalar>(squares, tf.sub(count, 1)))];
    });
    seen.assign(moments);
    this.#scaleFactor.assign(factor);
  }
}

/** The factor that brings these values to a standard deviation of 1, estimated without bias. */
function inverseDeviation(z: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.rsqrt(tf.mul<tf.Scalar>(tf.moments(z).variance, z.size / (z.size - 1))));
}

/** Number, mean and sum of squared deviations, `[3]`. */
function momentsOf(z: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(z);
  return tf.stack([tf.scalar(z.size), mean, tf.mul(variance, z.size)]);
}

/** Those of two sets of values together (Chan et al. 1983, eq. 2.1). */
function merged(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [countA, meanA, squaresA] = tf.unstack(a) as [tf.Scalar, tf.Scalar, tf.Scalar];
  const [countB, meanB, squaresB] = tf.unstack(b) as [tf.Scalar, tf.Scalar, tf.Scalar];
  const count = tf.add(countA, countB);
  const apart = tf.sub(meanB, meanA);
  const part = tf.div(countB, count);
  return tf.stack([
    count,
    tf.add(meanA, tf.mul(apart, part)),
    tf.addN([squaresA, squaresB, tf.mul(tf.square(apart), tf.mul(countA, part))]),
  ]);
}
