import * as tf from '@tensorflow/tfjs-core';
import { LayerNorm, Linear, Module } from '../../../nn/index.js';
import { MultiheadAttention } from './multihead-attention.js';

/** Attention and a map through four times the width, each normalized before and added (`clip.model`). */
export class ResidualAttentionBlock extends Module {
  readonly #attention: MultiheadAttention;
  readonly #norm1: LayerNorm;
  readonly #expand: Linear;
  readonly #project: Linear;
  readonly #norm2: LayerNorm;

  constructor(width: number, numHeads: number) {
    super();
    this.#attention = this.child('attn', new MultiheadAttention(width, numHeads));
    this.#norm1 = this.child('ln_1', new LayerNorm(width));
    this.#expand = this.child('mlp.c_fc', new Linear(width, 4 * width));
    this.#project = this.child('mlp.c_proj', new Linear(4 * width, width));
    this.#norm2 = this.child('ln_2', new LayerNorm(width));
  }

  /** `[N, T, width]` to the same; `mask` as MultiheadAttention takes it. */
  forward(x: tf.Tensor3D, mask?: tf.Tensor): tf.Tensor3D {
    return tf.tidy(() => {
      const h = tf.add<tf.Tensor3D>(x, this.#attention.forward(this.#norm1.forward(x), mask));
      return tf.add(h, this.#project.forward(quickGelu(this.#expand.forward(this.#norm2.forward(h)))));
    });
  }
}

/** GELU as CLIP was trained with: `x * sigmoid(1.702 x)` (Hendrycks and Gimpel 2016, section 2). */
function quickGelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}
