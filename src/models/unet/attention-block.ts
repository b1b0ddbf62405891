import * as tf from '@tensorflow/tfjs-core';
import { Linear, Module, pointwise, type GroupNorm } from '../../nn/index.js';
import { qkvAttention } from '../../ops/index.js';
import { normalization } from './normalization.js';

export interface AttentionBlockOptions {
  readonly channels: number;
  readonly numHeads: number;
  readonly normGroups: number;
  /** Whether the published weights split q, k and v before the heads (QKVAttention) or after (QKVAttentionLegacy). */
  readonly splitBeforeHeads: boolean;
  /** Recompute the block in the backward pass rather than keep what it computed. */
  readonly useCheckpoint: boolean;
}

/** Self-attention over the positions of an image (`openaimodel.AttentionBlock`); begins as the identity. */
export class AttentionBlock extends Module {
  readonly #numHeads: number;
  readonly #splitBeforeHeads: boolean;
  readonly #useCheckpoint: boolean;
  readonly #norm: GroupNorm;
  readonly #qkv: Linear;
  readonly #projOut: Linear;

  constructor({ channels, numHeads, normGroups, splitBeforeHeads, useCheckpoint }: AttentionBlockOptions) {
    super();
    if (!Number.isInteger(numHeads) || channels % numHeads !== 0) {
      throw new RangeError(`AttentionBlock: expected heads that divide ${channels} channels, found ${numHeads}`);
    }
    this.#numHeads = numHeads;
    this.#splitBeforeHeads = splitBeforeHeads;
    this.#useCheckpoint = useCheckpoint;
    this.#norm = this.child('norm', normalization(channels, normGroups));
    this.#qkv = this.child('qkv', new Linear(channels, 3 * channels, { layout: pointwise }));
    this.#projOut = this.child('proj_out', new Linear(channels, channels, { layout: pointwise, zeroInit: true }));
  }

  /** `[N, H, W, channels]` to the same. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.checkpointed(this.#useCheckpoint, (input: tf.Tensor4D) => this.#attend(input), [x]);
  }

  #attend(x: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width, channels] = x.shape;
    return tf.tidy(() => {
      const projected = this.#qkv.forward(this.#norm.forward(x));
      const qkv = tf.reshape<tf.Rank.R3>(projected, [batch, height * width, 3 * channels]);
      const attended = qkvAttention(qkv, { numHeads: this.#numHeads, splitBeforeHeads: this.#splitBeforeHeads });
      return tf.add(x, this.#projOut.forward(tf.reshape(attended, x.shape)));
    });
  }
}
