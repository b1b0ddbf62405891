import * as tf from '@tensorflow/tfjs-core';
import { Linear, Module } from '../../../nn/index.js';
import { gelu } from '../../../ops/index.js';

/** Two linear maps with GELU between, four times as wide inside (`x_transformer.FeedForward`). */
export class FeedForward extends Module {
  readonly #projectIn: Linear;
  readonly #projectOut: Linear;

  constructor(width: number) {
    super();
    this.#projectIn = this.child('net.0.0', new Linear(width, 4 * width));
    this.#projectOut = this.child('net.2', new Linear(4 * width, width));
  }

  /** `[N, T, width]` to the same. */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => this.#projectOut.forward(gelu(this.#projectIn.forward(x))) as tf.Tensor3D);
  }
}
