import * as tf from '@tensorflow/tfjs-core';
import { Linear, Module } from '../../../nn/index.js';
import { scaledDotProductAttention } from '../../../ops/index.js';

const HEADS = 8;
const HEAD_CHANNELS = 64;

/** Attention among all positions, eight heads of 64 channels whatever the width (`x_transformer.Attention`). */
export class SelfAttention extends Module {
  readonly #toQ: Linear;
  readonly #toK: Linear;
  readonly #toV: Linear;
  readonly #toOut: Linear;

  constructor(width: number) {
    super();
    const inner = HEADS * HEAD_CHANNELS;
    this.#toQ = this.child('to_q', new Linear(width, inner, { bias: false }));
    this.#toK = this.child('to_k', new Linear(width, inner, { bias: false }));
    this.#toV = this.child('to_v', new Linear(width, inner, { bias: false }));
    this.#toOut = this.child('to_out', new Linear(inner, width));
  }

  /** `[N, T, width]` to the same. */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [batch, positions] = x.shape;
    return tf.tidy(() => {
      const heads = (projection: Linear) =>
        tf.reshape<tf.Rank.R4>(projection.forward(x), [batch, positions, HEADS, HEAD_CHANNELS]);
      const attended = scaledDotProductAttention(heads(this.#toQ), heads(this.#toK), heads(this.#toV));
      return this.#toOut.forward(tf.reshape(attended, [batch, positions, HEADS * HEAD_CHANNELS])) as tf.Tensor3D;
    });
  }
}
