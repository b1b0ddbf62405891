import type * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../nn/index.js';
import { runLayers, type ImageLayer } from './image-layers.js';
import { makeAttn, type AttnType } from './make-attn.js';
import { Downsample, Upsample } from './resample.js';
import { ResnetBlock } from './resnet-block.js';

export interface LevelOptions {
  readonly channels: number;
  readonly outChannels: number;
  readonly numBlocks: number;
  readonly dropout: number;
  /** The self-attention after every block; undefined for a level without. */
  readonly attention: AttnType | undefined;
  /** What comes last. */
  readonly resample?: { readonly name: 'downsample' | 'upsample'; readonly withConv: boolean } | undefined;
}

/** One resolution of encoder or decoder: residual blocks, each with attention where there is one, then resampling. */
export class Level extends Module {
  readonly #layers: ImageLayer[];

  constructor({ channels, outChannels, numBlocks, dropout, attention, resample }: LevelOptions) {
    super();
    const blocks = Array.from({ length: numBlocks }, (_, i) => {
      const block = new ResnetBlock({ channels: i === 0 ? channels : outChannels, outChannels, dropout });
      return this.child(`block.${i}`, block);
    });
    const attns = attention && blocks.map((_, i) => this.child(`attn.${i}`, makeAttn(outChannels, attention)));
    this.#layers = blocks.flatMap((block, i) => [block, ...(attns?.slice(i, i + 1) ?? [])]);
    if (!resample) return;
    const Resample = { downsample: Downsample, upsample: Upsample }[resample.name];
    this.#layers.push(this.child(resample.name, new Resample(outChannels, resample.withConv)));
  }

  /** `[N, H, W, channels]` to `[N, H', W', outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runLayers(this.#layers, x);
  }
}
