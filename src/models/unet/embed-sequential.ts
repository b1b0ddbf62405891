import type * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../nn/index.js';

/** What the layers of a UNet are conditioned on. */
export interface Conditioning {
  /** Of timestep and class, `[N, embeddingChannels]`. */
  readonly embedding: tf.Tensor2D;
  /** What spatial transformers attend to, `[N, S, contextChannels]`. */
  readonly context?: tf.Tensor3D | undefined;
}

/** A layer from image to image, which takes of the conditioning what it needs. */
export interface Layer {
  readonly module: Module;
  readonly forward: (x: tf.Tensor4D, conditioning: Conditioning) => tf.Tensor4D;
}

/** Layers one after the other, each with its part of the conditioning (`openaimodel.TimestepEmbedSequential`). */
export class EmbedSequential extends Module {
  readonly #layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    super();
    this.#layers = layers;
    layers.forEach(({ module }, i) => this.child(String(i), module));
  }

  forward(x: tf.Tensor4D, conditioning: Conditioning): tf.Tensor4D {
    return this.#layers.reduce((h, layer) => layer.forward(h, conditioning), x);
  }
}
