import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../../nn/index.js';
import { ResidualAttentionBlock } from './residual-attention-block.js';

/** Channels of an attention head, in every published CLIP. */
const HEAD_CHANNELS = 64;

/** CLIP's stack of residual blocks, for texts and for images (`clip.model.Transformer`). */
export class Transformer extends Module {
  readonly #blocks: readonly ResidualAttentionBlock[];

  constructor(width: number, layers: number) {
    super();
    this.#blocks = Array.from({ length: layers }, (_, i) =>
      this.child(`resblocks.${i}`, new ResidualAttentionBlock(width, width / HEAD_CHANNELS)),
    );
  }

  /** `[N, T, width]` to the same; `mask` as MultiheadAttention takes it. */
  forward(x: tf.Tensor3D, mask?: tf.Tensor): tf.Tensor3D {
    return this.#blocks.reduce((h, block) => tf.tidy(() => block.forward(h, mask)), x);
  }
}
