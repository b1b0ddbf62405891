import * as tf from '@tensorflow/tfjs-core';
import { GroupNorm, Linear, Module } from '../../../nn/index.js';
import { scaledDotProductAttention } from '../../../ops/index.js';

export interface AttentionOptions {
  /** Channels per head; null for one head of all channels. */
  readonly headDim: number | null;
  /** Groups of the normalization before it; null for none. */
  readonly numGroups: number | null;
  readonly epsilon: number;
  /** What the sum of input and result is divided by. */
  readonly outputScale?: number;
}

/**
 * Self-attention over the positions of an image, as the blocks of diffusers use its `Attention`. Where the channels per
 * head do not divide the channels, the heads together have fewer, as published.
 */
export class Attention extends Module {
  readonly #norm: GroupNorm | undefined;
  readonly #toQ: Linear;
  readonly #toK: Linear;
  readonly #toV: Linear;
  readonly #toOut: Linear;
  readonly #heads: number;
  readonly #headDim: number;
  readonly #outputScale: number;

  /** @throws RangeError when a head has more channels than there are */
  constructor(channels: number, { headDim, numGroups, epsilon, outputScale = 1 }: AttentionOptions) {
    super();
    this.#headDim = headDim ?? channels;
    this.#heads = Math.floor(channels / this.#headDim);
    this.#outputScale = outputScale;
    if (this.#heads < 1) {
      throw new RangeError(`Attention: expected heads of at most ${channels} channels, found ${this.#headDim}`);
    }
    const inner = this.#heads * this.#headDim;
    if (numGroups !== null) this.#norm = this.child('group_norm', new GroupNorm(channels, { numGroups, epsilon }));
    this.#toQ = this.child('to_q', new Linear(channels, inner));
    this.#toK = this.child('to_k', new Linear(channels, inner));
    this.#toV = this.child('to_v', new Linear(channels, inner));
    this.#toOut = this.child('to_out.0', new Linear(inner, channels));
  }

  /** `[N, H, W, channels]` to the same. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width] = x.shape;
    const perHead = [batch, height * width, this.#heads, this.#headDim] as const;
    return tf.tidy(() => {
      const normalized = this.#norm?.forward(x) ?? x;
      const project = (layer: Linear): tf.Tensor4D => tf.reshape(layer.forward(normalized), [...perHead]);
      const attended = scaledDotProductAttention(project(this.#toQ), project(this.#toK), project(this.#toV));
      const out = this.#toOut.forward(tf.reshape(attended, [batch, height, width, -1]));
      const sum = tf.add<tf.Tensor4D>(out, x);
      return this.#outputScale === 1 ? sum : tf.div(sum, this.#outputScale);
    });
  }
}
