import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import type { Generator } from '../../random/index.js';

const LOGVAR_RANGE = [-30, 20] as const;

/**
 * A normal distribution of each latent value, independent of all others, as AutoencoderKL encodes an image
 * (`ldm.modules.distributions.distributions.DiagonalGaussianDistribution`). Its tensors belong to the caller's
 * `tf.tidy`, or to whoever calls `dispose`.
 */
export class DiagonalGaussianDistribution {
  /** `[N, H, W, C]`, like the other three. */
  readonly mean: tf.Tensor4D;
  /** Within [-30, 20]. */
  readonly logvar: tf.Tensor4D;
  readonly std: tf.Tensor4D;
  readonly var: tf.Tensor4D;

  /**
   * @param parameters means, then log-variances: `[N, H, W, 2 C]`
   * @param deterministic no spread at all: samples are the mean, `kl` and `nll` are 0
   * @throws ShapeError on an odd number of channels
   */
  constructor(
    parameters: tf.Tensor4D,
    readonly deterministic = false,
  ) {
    if (parameters.shape[3] % 2 !== 0) {
      throw new ShapeError('DiagonalGaussianDistribution', 'parameters [N, H, W, 2 C]', `[${parameters.shape.join()}]`);
    }
    const moments = tf.tidy(() => {
      const [mean, unbounded] = tf.split(parameters, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
      const logvar = tf.clipByValue(unbounded, ...LOGVAR_RANGE);
      if (deterministic) return { mean, logvar, std: tf.zerosLike(mean), var: tf.zerosLike(mean) };
      return { mean, logvar, std: tf.exp<tf.Tensor4D>(tf.mul(logvar, 0.5)), var: tf.exp(logvar) };
    });
    this.mean = moments.mean;
    this.logvar = moments.logvar;
    this.std = moments.std;
    this.var = moments.var;
  }

  /** `mean + std * noise`, the noise standard normal. */
  sample(generator: Generator): tf.Tensor4D {
    return tf.tidy(() => tf.add(this.mean, tf.mul(this.std, generator.normal(this.mean.shape))));
  }

  /** The most probable value: the mean itself, not a copy. */
  mode(): tf.Tensor4D {
    return this.mean;
  }

  /** Means, then log-variances: `[N, H, W, 2 C]`, what the constructor takes. */
  parameters(): tf.Tensor4D {
    return tf.concat([this.mean, this.logvar], -1);
  }

  /**
   * The Kullback-Leibler divergence from `other`, by default the standard normal distribution, in nats, summed over
   * each image.
   * @returns `[N]`; `[1]` with the value 0 where this distribution is deterministic
   */
  kl(other?: DiagonalGaussianDistribution): tf.Tensor1D {
    if (this.deterministic) return tf.zeros([1]);
    return tf.tidy(() => {
      const second = tf.add(tf.square(other ? tf.sub(this.mean, other.mean) : this.mean), this.var);
      const scaled = other ? tf.div(second, other.var) : second;
      const logRatio = other ? tf.sub(this.logvar, other.logvar) : this.logvar;
      return tf.mul(tf.sum(tf.sub(scaled, tf.add(logRatio, 1)), [1, 2, 3]), 0.5);
    });
  }

  /**
   * The negative log-likelihood of a sample, in nats, summed over `axes` of `[N, H, W, C]`.
   * @param sample `[N, H, W, C]`
   * @returns `[N]` for the default axes; `[1]` with the value 0 where the distribution is deterministic
   */
  nll(sample: tf.Tensor4D, axes: readonly number[] = [1, 2, 3]): tf.Tensor {
    if (this.deterministic) return tf.zeros([1]);
    return tf.tidy(() => {
      const distance = tf.div(tf.squaredDifference(sample, this.mean), this.var);
      return tf.mul(tf.sum(tf.add(tf.add(this.logvar, Math.log(2 * Math.PI)), distance), [...axes]), 0.5);
    });
  }

  dispose(): void {
    tf.dispose([this.mean, this.logvar, this.std, this.var]);
  }
}
