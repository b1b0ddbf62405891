import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Dropout, Linear, Module } from '../../../nn/index.js';
import { upsampleNearest } from '../../../ops/index.js';
import { activate, ActivatedGroupNorm } from './activation.js';
import type { BlockSettings } from './settings.js';

export interface ResnetBlockOptions {
  /** Change height and width in between by a factor of two, without weights. */
  readonly resample?: 'up' | 'down';
  /** What the sum of input and result is divided by. */
  readonly outputScale?: number;
}

const resamplers = {
  up: upsampleNearest,
  down: (x: tf.Tensor4D): tf.Tensor4D => tf.avgPool(x, 2, 2, 'valid'),
};

/** The residual block of diffusers, `ResnetBlock2D`, conditioned on an embedding of timestep and class. */
export class ResnetBlock2D extends Module {
  readonly #norm1: ActivatedGroupNorm;
  readonly #conv1: Conv2d;
  readonly #embedding: Linear;
  readonly #norm2: ActivatedGroupNorm;
  readonly #dropout: Dropout;
  readonly #conv2: Conv2d;
  readonly #shortcut: Conv2d | undefined;
  readonly #settings: BlockSettings;
  readonly #resample: (x: tf.Tensor4D) => tf.Tensor4D;
  readonly #outputScale: number;

  constructor(
    inChannels: number,
    outChannels: number,
    settings: BlockSettings,
    { resample, outputScale = 1 }: ResnetBlockOptions = {},
  ) {
    super();
    this.#settings = settings;
    this.#resample = resample ? resamplers[resample] : (x) => x;
    this.#outputScale = outputScale;
    const conv3 = { kernelSize: 3, padding: 1 };
    const embeddingOut = settings.scaleShift ? 2 * outChannels : outChannels;
    this.#norm1 = this.child('norm1', new ActivatedGroupNorm(inChannels, settings));
    this.#conv1 = this.child('conv1', new Conv2d(inChannels, outChannels, conv3));
    this.#embedding = this.child('time_emb_proj', new Linear(settings.embeddingChannels, embeddingOut));
    this.#norm2 = this.child('norm2', new ActivatedGroupNorm(outChannels, settings));
    this.#dropout = this.child('dropout', new Dropout(settings.dropout));
    this.#conv2 = this.child('conv2', new Conv2d(outChannels, outChannels, conv3));
    if (inChannels !== outChannels) {
      this.#shortcut = this.child('conv_shortcut', new Conv2d(inChannels, outChannels, { kernelSize: 1 }));
    }
  }

  /**
   * @param x `[N, H, W, inChannels]`
   * @param embedding `[N, embeddingChannels]`
   * @returns `[N, H', W', outChannels]`
   */
  forward(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      const h = this.#conv1.forward(this.#resample(this.#norm1.forward(x)));
      const projected = this.#embedding.forward(activate(this.#settings.activation, embedding));
      const out = this.#conv2.forward(this.#dropout.forward(this.#condition(h, projected)));
      const identity = this.#resample(x);
      const sum = tf.add<tf.Tensor4D>(this.#shortcut?.forward(identity) ?? identity, out);
      return this.#outputScale === 1 ? sum : tf.div(sum, this.#outputScale);
    });
  }

  #condition(h: tf.Tensor4D, embedding: tf.Tensor): tf.Tensor4D {
    if (!this.#settings.scaleShift) {
      return this.#norm2.forward(tf.add<tf.Tensor4D>(h, tf.reshape(embedding, [h.shape[0], 1, 1, -1])));
    }
    const [scale, shift] = tf.split(embedding, 2, -1) as [tf.Tensor, tf.Tensor];
    return this.#norm2.forward(h, { scale, shift });
  }
}
