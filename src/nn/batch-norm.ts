import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { ones, zeros, type Initializer } from './initializers.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

export interface BatchNorm2dOptions {
  /** What the scale begins with; ones where not given. */
  readonly weightInit?: Initializer;
  /** The share of a batch's statistics in the running ones. */
  readonly momentum?: number;
  readonly epsilon?: number;
}

/**
 * `torch.nn.BatchNorm2d` on NHWC, `[N, H, W, channels]` to the same: normalization of each channel by the batch's own
 * mean and variance in training, by the running ones in evaluation (Ioffe and Szegedy 2015). Each call in training
 * moves the running statistics on, whatever its result is used for; the running variance is the unbiased one.
 * @throws ShapeError in `forward` in training when a channel has a single value
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #runningMean: Parameter;
  readonly #runningVariance: Parameter;
  readonly #batchesTracked: Parameter;
  readonly #momentum: number;
  readonly #epsilon: number;

  constructor(channels: number, { weightInit = ones, momentum = 0.1, epsilon = 1e-5 }: BatchNorm2dOptions = {}) {
    super();
    this.#momentum = momentum;
    this.#epsilon = epsilon;
    const shape = [channels];
    this.weight = this.parameter('weight', { shape, init: weightInit });
    this.bias = this.parameter('bias', { shape, init: zeros });
    this.#runningMean = this.parameter('running_mean', { shape, init: zeros, trainable: false });
    this.#runningVariance = this.parameter('running_var', { shape, init: ones, trainable: false });
    this.#batchesTracked = this.parameter('num_batches_tracked', { shape: [], init: zeros, trainable: false });
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      if (!this.training) return this.#normalized(x, this.#runningMean.value, this.#runningVariance.value);
      const count = x.size / (x.shape[3] || 1);
      if (count < 2) throw new ShapeError('BatchNorm2d', 'more than one value per channel', `[${x.shape.join(', ')}]`);
      const axes = [0, 1, 2];
      const mean = tf.mean<tf.Tensor1D>(x, axes);
      const variance = tf.mean<tf.Tensor1D>(tf.square(tf.sub(x, mean)), axes);
      this.#track(mean, variance, count);
      return this.#normalized(x, mean, variance);
    });
  }

  #normalized(x: tf.Tensor4D, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor4D {
    const scale = tf.mul(tf.rsqrt(tf.add(variance, this.#epsilon)), this.weight.value);
    return tf.add(tf.mul(tf.sub(x, mean), scale), this.bias.value);
  }

  #track(mean: tf.Tensor, variance: tf.Tensor, count: number): void {
    const towards = (running: Parameter, batch: tf.Tensor): void => {
      running.assign(tf.add(tf.mul(running.value, 1 - this.#momentum), tf.mul(batch, this.#momentum)));
    };
    towards(this.#runningMean, mean);
    towards(this.#runningVariance, tf.mul(variance, count / (count - 1)));
    this.#batchesTracked.assign(tf.add(this.#batchesTracked.value, 1));
  }
}
