import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, GroupNorm, Module } from '../../nn/index.js';
import { BasicTransformerBlock } from './basic-transformer-block.js';

export interface SpatialTransformerOptions {
  readonly channels: number;
  readonly numHeads: number;
  readonly headChannels: number;
  /** Transformer blocks, one after the other. */
  readonly depth?: number;
  /** Channels of the context; those inside, `numHeads * headChannels`, where not given. */
  readonly contextChannels?: number | undefined;
  readonly dropout?: number;
  readonly normGroups?: number;
  /** Recompute each transformer block in the backward pass rather than keep what it computed. */
  readonly useCheckpoint?: boolean;
}

/** The epsilon of the published `Normalize`, not PyTorch's own. */
const NORM_EPSILON = 1e-6;

/**
 * Transformer blocks over the positions of an image, which attend to a context (Rombach et al. 2022, section 3.3;
 * `ldm.modules.attention.SpatialTransformer`); begins as the identity.
 */
export class SpatialTransformer extends Module {
  readonly #norm: GroupNorm;
  readonly #projIn: Conv2d;
  readonly #blocks: readonly BasicTransformerBlock[];
  readonly #projOut: Conv2d;

  constructor(options: SpatialTransformerOptions) {
    super();
    const { channels, numHeads, headChannels, depth = 1, normGroups = 32, ...block } = options;
    const innerChannels = numHeads * headChannels;
    this.#norm = this.child('norm', new GroupNorm(channels, { numGroups: normGroups, epsilon: NORM_EPSILON }));
    this.#projIn = this.child('proj_in', new Conv2d(channels, innerChannels, { kernelSize: 1 }));
    this.#blocks = Array.from({ length: depth }, (_, i) =>
      this.child(
        `transformer_blocks.${i}`,
        new BasicTransformerBlock({ ...block, channels: innerChannels, numHeads, headChannels }),
      ),
    );
    this.#projOut = this.child('proj_out', new Conv2d(innerChannels, channels, { kernelSize: 1, zeroInit: true }));
  }

  /**
   * @param x `[N, H, W, channels]`
   * @param context `[N, S, contextChannels]`; without one every attention is among the positions of `x`
   * @returns `[N, H, W, channels]`
   * @throws ShapeError when the context, or what stands in its place, has other channels
   */
  forward(x: tf.Tensor4D, context?: tf.Tensor3D): tf.Tensor4D {
    const [batch, height, width] = x.shape;
    return tf.tidy(() => {
      const projected = this.#projIn.forward(this.#norm.forward(x));
      let tokens = tf.reshape<tf.Rank.R3>(projected, [batch, height * width, -1]);
      for (const block of this.#blocks) tokens = block.forward(tokens, context);
      return tf.add<tf.Tensor4D>(this.#projOut.forward(tf.reshape(tokens, projected.shape)), x);
    });
  }
}
