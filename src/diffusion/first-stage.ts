import * as tf from '@tensorflow/tfjs-core';
import { withoutRecording } from '../autodiff/index.js';
import { UserError } from '../errors.js';
import type { Module } from '../nn/index.js';
import type { Generator } from '../random/index.js';
import type { SplitInput } from './patches/split-input.js';

/** A distribution of latent images, as an autoencoder with a KL penalty encodes. */
export interface LatentDistribution {
  sample(generator: Generator): tf.Tensor4D;
  mode(): tf.Tensor4D;
  /** All that it takes to make the distribution again, `[N, h, w, C]`. */
  parameters(): tf.Tensor4D;
}

/** The codebook of a first stage that decodes the nearest codes. */
export interface Codebook {
  /** The nearest codes of latent images, `[N, H, W, C]`. */
  forward(z: tf.Tensor4D): { readonly quant: tf.Tensor4D };
  /** The codes of these numbers, int32 `[N, H, W]` to `[N, H, W, C]`. */
  getCodebookEntry(indices: tf.Tensor): tf.Tensor;
}

/** An autoencoder between images and the latent images that are diffused, both `[N, H, W, C]`. */
export type FirstStage = Module & {
  /** @param x in [-1, 1] */
  encode(x: tf.Tensor4D): tf.Tensor4D | LatentDistribution;
  /** A distribution from its parameters, where it encodes to one. */
  posterior?(parameters: tf.Tensor4D): LatentDistribution;
  /** @param options `forceNotQuantize`: where there is a codebook, decode `z` as it is, not the nearest codes */
  decode(z: tf.Tensor4D, options?: { forceNotQuantize?: boolean }): tf.Tensor4D;
  /** Where it is no codebook, there is none: a first stage in pixel space has a method of that name. */
  readonly quantize?: Codebook | ((z: tf.Tensor4D) => unknown);
};

/** What of a first stage latent images are made with. */
export type LatentCoder = Pick<FirstStage, 'encode' | 'decode' | 'quantize'>;

/** The codebook of a first stage that has one. */
export function codebookOf({ quantize }: LatentCoder): Codebook | undefined {
  return typeof quantize === 'function' ? undefined : quantize;
}

/** How latent images are decoded, as the published `decode_first_stage` has it. */
export interface DecodeOptions {
  /** They are what a network says of the codes: their numbers `[N, h, w]`, or the log of how likely each is, `[N, h, w, codes]`. */
  readonly predictCids?: boolean;
  /** Decode them as they are, not the nearest codes. */
  readonly forceNotQuantize?: boolean;
}

/**
 * Latent images as they are diffused: those of a first stage times a factor, which brings their values near a standard
 * deviation of 1 (Rombach et al. 2022, appendix G).
 */
export class LatentImages {
  readonly #firstStage: LatentCoder;
  readonly #scaleFactor: () => tf.Scalar | number;
  readonly #split: SplitInput | undefined;

  /** @param split patches that are encoded and decoded one by one */
  constructor(firstStage: LatentCoder, scaleFactor: () => tf.Scalar | number, split?: SplitInput) {
    this.#firstStage = firstStage;
    this.#scaleFactor = scaleFactor;
    if (split?.params.patch_distributed_vq) this.#split = split;
  }

  /**
   * No gradient goes back through it.
   * @param x images in [-1, 1]
   * @param generator draws from the distribution, where the first stage encodes to one
   */
  encode(x: tf.Tensor4D, generator: Generator): tf.Tensor4D {
    return tf.tidy(() => tf.mul(this.encodeUnscaled(x, generator), this.#scaleFactor()));
  }

  /** The same without the factor. */
  encodeUnscaled(x: tf.Tensor4D, generator: Generator): tf.Tensor4D {
    const encode = (images: tf.Tensor4D): tf.Tensor4D => {
      const encoded = this.#firstStage.encode(images);
      return encoded instanceof tf.Tensor ? encoded : encoded.sample(generator);
    };
    return withoutRecording(() =>
      tf.tidy(() => this.#split?.apply(x, encode, { df: this.#split.params.vqf }) ?? encode(x)),
    );
  }

  /**
   * Latent images to images, near [-1, 1].
   * @throws UserError where `predictCids` is asked of a first stage without a codebook
   */
  decode(z: tf.Tensor, { predictCids = false, forceNotQuantize = false }: DecodeOptions = {}): tf.Tensor4D {
    const decode = (latent: tf.Tensor4D): tf.Tensor4D =>
      this.#firstStage.decode(latent, { forceNotQuantize: predictCids || forceNotQuantize });
    return tf.tidy(() => {
      const codes = predictCids ? this.#codes(z) : z;
      // As published, the codes of a network that predicts their numbers are divided, too.
      const latent = tf.div<tf.Tensor4D>(codes, this.#scaleFactor());
      return this.#split?.apply(latent, decode, { uf: this.#split.params.vqf }) ?? decode(latent);
    });
  }

  /** The nearest codes, as samplers correct with them; undefined where there is no codebook. */
  get quantize(): ((z: tf.Tensor4D) => tf.Tensor4D) | undefined {
    const codebook = codebookOf(this.#firstStage);
    return codebook && ((z) => tf.tidy(() => codebook.forward(z).quant));
  }

  #codes(predicted: tf.Tensor): tf.Tensor {
    const codebook = codebookOf(this.#firstStage);
    if (codebook) return codebook.getCodebookEntry(predicted.rank === 4 ? tf.argMax(predicted, -1) : predicted);
    throw new UserError({
      path: 'model.params.first_stage_config',
      problem: 'predict_cids takes numbers of codes, and this first stage has no codebook',
      expected: 'VQModelInterface',
    });
  }
}
