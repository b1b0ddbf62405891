import * as tf from '@tensorflow/tfjs-core';
import { ones, zeros } from './initializers.js';
import { perChannel } from './layout.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

export interface ActNormOptions {
  /** Whether the first training call of `reverse` may set the weights, too. */
  readonly allowReverseInit?: boolean;
}

/**
 * `scale * (x + loc)` for each channel, `[..., channels]` to the same: a normalization whose weights the first batch in
 * training sets, so that each channel of its result has mean 0 and variance 1, and which are trained from then on
 * (Kingma and Dhariwal 2018, section 3.1; `taming.modules.util.ActNorm`).
 */
export class ActNorm extends Module {
  readonly loc: Parameter;
  readonly scale: Parameter;
  readonly #initialized: Parameter;
  readonly #allowReverseInit: boolean;

  constructor(channels: number, { allowReverseInit = false }: ActNormOptions = {}) {
    super();
    this.#allowReverseInit = allowReverseInit;
    this.loc = this.parameter('loc', { shape: [channels], init: zeros, layout: perChannel });
    this.scale = this.parameter('scale', { shape: [channels], init: ones, layout: perChannel });
    this.#initialized = this.parameter('initialized', { shape: [], init: zeros, trainable: false });
  }

  forward<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
    return tf.tidy(() => {
      if (this.#isUnset()) this.#setBy(x);
      return tf.mul(this.scale.value, tf.add(x, this.loc.value));
    });
  }

  /** The inverse of `forward`. @throws Error in training before the weights are set, unless `allowReverseInit` */
  reverse<R extends tf.Rank>(y: tf.Tensor<R>): tf.Tensor<R> {
    return tf.tidy(() => {
      if (this.#isUnset()) {
        if (!this.#allowReverseInit) {
          throw new Error(
            'ActNorm: call forward before reverse, or set allowReverseInit to set the weights by reverse',
          );
        }
        this.#setBy(y);
      }
      return tf.sub(tf.div(y, this.scale.value), this.loc.value);
    });
  }

  /** The log-determinant of `forward`'s Jacobian, the same for each sample: `[N, H, W, C]` or `[N, C]` to `[N]`. */
  logDeterminant({ shape }: tf.Tensor): tf.Tensor1D {
    const [samples = 0, ...rest] = shape;
    const pixels = tf.util.sizeFromShape(rest.slice(0, -1));
    return tf.tidy(() => {
      const perSample = tf.mul(tf.sum(tf.log(tf.abs(this.scale.value))), pixels);
      return tf.tile(tf.reshape(perSample, [1]), [samples]);
    });
  }

  #isUnset(): boolean {
    return this.training && this.#initialized.value.dataSync()[0] === 0;
  }

  #setBy(x: tf.Tensor): void {
    const { mean, variance } = tf.moments(
      x,
      x.shape.slice(1).map((_, axis) => axis),
    );
    const count = x.size / (x.shape[x.rank - 1] ?? 1);
    const deviation = tf.sqrt(tf.mul(variance, count / (count - 1)));
    this.loc.assign(tf.neg(mean));
    this.scale.assign(tf.reciprocal(tf.add(deviation, 1e-6)));
    this.#initialized.assign(tf.scalar(1));
  }
}
