import type * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../nn/index.js';
import { runLayers, type ImageLayer } from './image-layers.js';
import { makeAttn, type AttnType } from './make-attn.js';
import { ResnetBlock } from './resnet-block.js';

/** What encoder and decoder have at the lowest resolution: a residual block, attention, another block. */
export class Middle extends Module {
  readonly #layers: readonly ImageLayer[];

  constructor(channels: number, dropout: number, attnType: AttnType) {
    super();
    this.#layers = [
      this.child('block_1', new ResnetBlock({ channels, dropout })),
      this.child('attn_1', makeAttn(channels, attnType)),
      this.child('block_2', new ResnetBlock({ channels, dropout })),
    ];
  }

  /** `[N, H, W, channels]` to the same. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runLayers(this.#layers, x);
  }
}
