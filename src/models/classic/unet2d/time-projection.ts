import * as tf from '@tensorflow/tfjs-core';
import { Embedding, Linear, Module, type Parameter } from '../../../nn/index.js';
import { normal } from '../../../nn/initializers.js';
import { silu } from '../../../ops/index.js';

/** From timesteps `[N]` to their features `[N, dimensions]`, before the first trained layer but for `learned`. */
export type TimeProjection = Module & {
  readonly dimensions: number;
  forward(timesteps: tf.Tensor1D): tf.Tensor2D;
};

const MAX_PERIOD = 10000;

export interface SinusoidalOptions {
  /** Cosines before sines. */
  readonly flipSinToCos: boolean;
  /** What is taken off the number of frequencies where the exponent is divided by it. */
  readonly freqShift: number;
}

/** Sines and cosines of the timestep, a zero last where `dimensions` is odd; diffusers' `Timesteps`. */
export class SinusoidalProjection extends Module {
  readonly #frequencies: Float32Array;
  readonly #flipSinToCos: boolean;

  constructor(
    readonly dimensions: number,
    { flipSinToCos, freqShift }: SinusoidalOptions,
  ) {
    super();
    const half = Math.floor(dimensions / 2);
    this.#frequencies = Float32Array.from({ length: half }, (_, i) =>
      Math.exp((-Math.log(MAX_PERIOD) * i) / (half - freqShift)),
    );
    this.#flipSinToCos = flipSinToCos;
  }

  forward(timesteps: tf.Tensor1D): tf.Tensor2D {
    return tf.tidy(() => {
      const angles = tf.mul(tf.expandDims(tf.cast(timesteps, 'float32'), 1), tf.tensor1d(this.#frequencies));
      const waves = [tf.sin(angles), tf.cos(angles)] as [tf.Tensor2D, tf.Tensor2D];
      const joined = tf.concat(this.#flipSinToCos ? waves.reverse() : waves, 1);
      const paddings: [number, number][] = [
        [0, 0],
        [0, this.dimensions % 2],
      ];
      return this.dimensions % 2 === 0 ? joined : tf.pad(joined, paddings);
    });
  }
}

/** Standard deviation of the frequencies that diffusers draws for its UNet. */
const FOURIER_SCALE = 16;

/**
 * Random Fourier features of the timestep's logarithm, `[sin, cos](2 pi W log t)` (Tancik et al. 2020, eq. 5; Song et
 * al. 2020), with frequencies that are drawn once and not trained; diffusers' `GaussianFourierProjection`. A timestep of
 * zero has no logarithm.
 */
export class FourierProjection extends Module {
  readonly dimensions: number;
  readonly #weight: Parameter;

  constructor(frequencies: number) {
    super();
    this.dimensions = 2 * frequencies;
    const init = normal(FOURIER_SCALE);
    this.#weight = this.parameter('weight', { shape: [frequencies], init, trainable: false });
    // Published twice, once under each name.
    this.parameter(
      'W',
      this.#weight.shadow(() => this.#weight.value),
    );
  }

  forward(timesteps: tf.Tensor1D): tf.Tensor2D {
    return tf.tidy(() => {
      const logarithms = tf.log(tf.expandDims(tf.cast(timesteps, 'float32'), 1));
      const angles = tf.mul<tf.Tensor2D>(tf.mul(tf.mul(logarithms, this.#weight.value), 2), Math.PI);
      return tf.concat([tf.sin(angles), tf.cos(angles)], 1);
    });
  }
}

/** A trained vector for each timestep. */
export class LearnedProjection extends Embedding {
  constructor(
    timesteps: number,
    readonly dimensions: number,
  ) {
    super(timesteps, dimensions);
  }

  override forward(timesteps: tf.Tensor): tf.Tensor2D {
    return super.forward(timesteps) as tf.Tensor2D;
  }
}

/** Two linear layers with SiLU between them, `[N, inFeatures]` to `[N, outFeatures]`; diffusers' `TimestepEmbedding`. */
export class TimestepEmbedding extends Module {
  readonly #first: Linear;
  readonly #second: Linear;

  constructor(inFeatures: number, outFeatures: number) {
    super();
    this.#first = this.child('linear_1', new Linear(inFeatures, outFeatures));
    this.#second = this.child('linear_2', new Linear(outFeatures, outFeatures));
  }

  forward(features: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => this.#second.forward(silu(this.#first.forward(features))) as tf.Tensor2D);
  }
}
