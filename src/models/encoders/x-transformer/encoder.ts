import * as tf from '@tensorflow/tfjs-core';
import { LayerNorm, Module } from '../../../nn/index.js';
import { FeedForward } from './feed-forward.js';
import { SelfAttention } from './self-attention.js';

type Block = Module & { forward(x: tf.Tensor3D): tf.Tensor3D };

/** Self-attention and feed-forward in turn, each normalized before and added to what it saw (`x_transformer.Encoder`). */
export class Encoder extends Module {
  readonly #layers: (readonly [norm: LayerNorm, block: Block])[] = [];

  /** @param depth number of attention blocks, and of feed-forward blocks */
  constructor(width: number, depth: number) {
    super();
    for (let i = 0; i < depth; i++) {
      this.#addLayer(width, new SelfAttention(width));
      this.#addLayer(width, new FeedForward(width));
    }
  }

  /** `[N, T, width]` to the same, not normalized. */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    return this.#layers.reduce((h, [norm, block]) => tf.tidy(() => tf.add(h, block.forward(norm.forward(h)))), x);
  }

  #addLayer(width: number, block: Block): void {
    const name = `layers.${this.#layers.length}`;
    this.#layers.push([this.child(`${name}.0`, new LayerNorm(width)), this.child(`${name}.1`, block)]);
  }
}
