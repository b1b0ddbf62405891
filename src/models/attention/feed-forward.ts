import * as tf from '@tensorflow/tfjs-core';
import { Dropout, Linear, Module } from '../../nn/index.js';
import { geglu, gelu } from '../../ops/index.js';

export interface FeedForwardOptions {
  readonly channels: number;
  /** Channels of the result; `channels` where not given. */
  readonly outChannels?: number;
  /** How many times as wide as `channels` it is inside. */
  readonly mult?: number;
  /** Gate the inner values (GEGLU) rather than only pass them through GELU. */
  readonly gated?: boolean;
  readonly dropout?: number;
}

/** The two-layer network of a transformer block, position by position (`ldm.modules.attention.FeedForward`). */
export class FeedForward extends Module {
  readonly #gated: boolean;
  readonly #projectIn: Linear;
  readonly #dropout: Dropout;
  readonly #projectOut: Linear;

  constructor(options: FeedForwardOptions) {
    super();
    const { channels, outChannels = channels, mult = 4, gated = false, dropout = 0 } = options;
    const innerChannels = Math.floor(channels * mult);
    this.#gated = gated;
    this.#projectIn = gated
      ? this.child('net.0.proj', new Linear(channels, 2 * innerChannels))
      : this.child('net.0.0', new Linear(channels, innerChannels));
    this.#dropout = this.child('net.1', new Dropout(dropout));
    this.#projectOut = this.child('net.2', new Linear(innerChannels, outChannels));
  }

  /** `[..., channels]` to `[..., outChannels]`. */
  forward(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const projected = this.#projectIn.forward(x);
      const inner = this.#gated ? geglu(projected) : gelu(projected);
      return this.#projectOut.forward(this.#dropout.forward(inner));
    });
  }
}
