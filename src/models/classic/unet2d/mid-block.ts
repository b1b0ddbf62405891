import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../../nn/index.js';
import { Attention } from './attention.js';
import { ResnetBlock2D } from './resnet-block.js';
import type { BlockSettings } from './settings.js';

export interface MidBlockOptions {
  readonly channels: number;
  readonly attention: boolean;
  /** Groups of the attention's normalization; null for no normalization. */
  readonly attentionGroups: number | null;
  /** What the sums of input and result are divided by. */
  readonly outputScale: number;
}

/** diffusers' `UNetMidBlock2D`: two residual blocks with self-attention between them. */
export class UNetMidBlock2D extends Module {
  readonly #attention: Attention | undefined;
  readonly #first: ResnetBlock2D;
  readonly #second: ResnetBlock2D;

  constructor({ channels, attention, attentionGroups, outputScale }: MidBlockOptions, settings: BlockSettings) {
    super();
    if (attention) {
      const { attentionHeadDim: headDim, epsilon } = settings;
      const options = { headDim, numGroups: attentionGroups, epsilon, outputScale };
      this.#attention = this.child('attentions.0', new Attention(channels, options));
    }
    this.#first = this.child('resnets.0', new ResnetBlock2D(channels, channels, settings, { outputScale }));
    this.#second = this.child('resnets.1', new ResnetBlock2D(channels, channels, settings, { outputScale }));
  }

  /** `[N, H, W, channels]` to the same, given an embedding `[N, embeddingChannels]`. */
  forward(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      const h = this.#first.forward(x, embedding);
      return this.#second.forward(this.#attention?.forward(h) ?? h, embedding);
    });
  }
}
