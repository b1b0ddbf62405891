import * as tf from '@tensorflow/tfjs-core';
import { LayerNorm, Module } from '../../nn/index.js';
import { CrossAttention } from './cross-attention.js';
import { FeedForward } from './feed-forward.js';

export interface BasicTransformerBlockOptions {
  readonly channels: number;
  readonly numHeads: number;
  readonly headChannels: number;
  /** Channels of the context; `channels` where not given. */
  readonly contextChannels?: number | undefined;
  readonly dropout?: number;
  readonly gatedFeedForward?: boolean;
  /** Recompute the block in the backward pass rather than keep what it computed. */
  readonly useCheckpoint?: boolean;
}

/**
 * Self-attention, attention to a context and a feed-forward network, each behind a layer norm and added to what it was
 * given (Vaswani et al. 2017, section 3.1, normalized first; `ldm.modules.attention.BasicTransformerBlock`).
 */
export class BasicTransformerBlock extends Module {
  readonly #selfAttention: CrossAttention;
  readonly #feedForward: FeedForward;
  readonly #crossAttention: CrossAttention;
  readonly #norms: readonly [LayerNorm, LayerNorm, LayerNorm];
  readonly #useCheckpoint: boolean;

  constructor(options: BasicTransformerBlockOptions) {
    super();
    const { channels, numHeads, headChannels, contextChannels, dropout = 0 } = options;
    const { gatedFeedForward: gated = true, useCheckpoint = false } = options;
    const attention = { queryChannels: channels, numHeads, headChannels, dropout };
    this.#useCheckpoint = useCheckpoint;
    this.#selfAttention = this.child('attn1', new CrossAttention(attention));
    this.#feedForward = this.child('ff', new FeedForward({ channels, gated, dropout }));
    this.#crossAttention = this.child('attn2', new CrossAttention({ ...attention, contextChannels }));
    this.#norms = [
      this.child('norm1', new LayerNorm(channels)),
      this.child('norm2', new LayerNorm(channels)),
      this.child('norm3', new LayerNorm(channels)),
    ];
  }

  /**
   * @param x `[N, T, channels]`
   * @param context `[N, S, contextChannels]`; without one the second attention is to `x` too
   * @returns `[N, T, channels]`
   * @throws ShapeError when the context, or `x` in its place, has other channels
   */
  forward(x: tf.Tensor3D, context?: tf.Tensor3D): tf.Tensor3D {
    const run = (input: tf.Tensor3D, given?: tf.Tensor3D) => this.#transform(input, given);
    return context
      ? this.checkpointed(this.#useCheckpoint, run, [x, context] as const)
      : this.checkpointed(this.#useCheckpoint, run, [x] as const);
  }

  #transform(x: tf.Tensor3D, context: tf.Tensor3D | undefined): tf.Tensor3D {
    const [norm1, norm2, norm3] = this.#norms;
    return tf.tidy(() => {
      const self = tf.add<tf.Tensor3D>(this.#selfAttention.forward({ x: norm1.forward(x) }), x);
      const cross = tf.add<tf.Tensor3D>(this.#crossAttention.forward({ x: norm2.forward(self), context }), self);
      return tf.add<tf.Tensor3D>(this.#feedForward.forward(norm3.forward(cross)), cross);
    });
  }
}
