import * as tf from '@tensorflow/tfjs-core';
import { withoutRecording } from '../autodiff/index.js';
import type { Module } from '../nn/index.js';
import type { Generator } from '../random/index.js';

/** A distribution of latent images, as an autoencoder with a KL penalty encodes. */
export interface LatentDistribution {
  sample(generator: Generator): tf.Tensor4D;
  mode(): tf.Tensor4D;
  /** All that it takes to make the distribution again, `[N, h, w, C]`. */
  parameters(): tf.Tensor4D;
}

/** An autoencoder between images and the latent images that are diffused, both `[N, H, W, C]`. */
export type FirstStage = Module & {
  /** @param x in [-1, 1] */
  encode(x: tf.Tensor4D): tf.Tensor4D | LatentDistribution;
  /** A distribution from its parameters, where it encodes to one. */
  posterior?(parameters: tf.Tensor4D): LatentDistribution;
  decode(z: tf.Tensor4D): tf.Tensor4D;
};

/**
 * Latent images as they are diffused: those of a first stage times a factor, which brings their values near a standard
 * deviation of 1 (Rombach et al. 2022, appendix G).
 */
export class LatentImages {
  readonly #firstStage: Pick<FirstStage, 'encode' | 'decode'>;
  readonly #scaleFactor: () => tf.Scalar | number;

  constructor(firstStage: Pick<FirstStage, 'encode' | 'decode'>, scaleFactor: () => tf.Scalar | number) {
    this.#firstStage = firstStage;
    this.#scaleFactor = scaleFactor;
  }

  /**
   * No gradient goes back through it.
   * @param x images in [-1, 1]
   * @param generator draws from the distribution, where the first stage encodes to one
   */
  encode(x: tf.Tensor4D, generator: Generator): tf.Tensor4D {
    return withoutRecording(() =>
      tf.tidy(() => {
        const encoded = this.#firstStage.encode(x);
        const z = encoded instanceof tf.Tensor ? encoded : encoded.sample(generator);
        return tf.mul(z, this.#scaleFactor());
      }),
    );
  }

  /** Latent images to images, near [-1, 1]. */
  decode(z: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.#firstStage.decode(tf.div(z, this.#scaleFactor())));
  }
}

/** The factor that brings these values to a standard deviation of 1, estimated without bias. */
export function inverseDeviation(z: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.rsqrt(tf.mul<tf.Scalar>(tf.moments(z).variance, z.size / (z.size - 1))));
}
