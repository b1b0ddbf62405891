import type * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../../nn/index.js';
import { Attention } from './attention.js';
import { Downsample2D } from './resample.js';
import { ResnetBlock2D } from './resnet-block.js';
import type { BlockSettings } from './settings.js';

export interface DownBlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Residual blocks, each with an attention after it where `attention`. */
  readonly layers: number;
  readonly attention: boolean;
  /** How height and width are halved at the end: by a convolution, by a residual block, or not at all. */
  readonly downsample: 'conv' | 'resnet' | null;
  /** Of that convolution. */
  readonly padding: 0 | 1;
}

/** diffusers' `DownBlock2D`, `AttnDownBlock2D` and `ResnetDownsampleBlock2D`: they differ in these options only. */
export class DownBlock2D extends Module {
  readonly #attentions: readonly Attention[];
  readonly #resnets: readonly ResnetBlock2D[];
  readonly #downsample: Downsample2D | ResnetBlock2D | undefined;

  constructor(options: DownBlockOptions, settings: BlockSettings) {
    super();
    const { inChannels, outChannels, layers, attention, downsample, padding } = options;
    const attentionOptions = { ...settings, headDim: settings.attentionHeadDim };
    this.#attentions = Array.from({ length: attention ? layers : 0 }, (_, i) =>
      this.child(`attentions.${i}`, new Attention(outChannels, attentionOptions)),
    );
    this.#resnets = Array.from({ length: layers }, (_, i) =>
      this.child(`resnets.${i}`, new ResnetBlock2D(i === 0 ? inChannels : outChannels, outChannels, settings)),
    );
    if (downsample === 'conv') this.#downsample = this.child('downsamplers.0', new Downsample2D(outChannels, padding));
    if (downsample === 'resnet') {
      const block = new ResnetBlock2D(outChannels, outChannels, settings, { resample: 'down' });
      this.#downsample = this.child('downsamplers.0', block);
    }
  }

  /**
   * @param x `[N, H, W, inChannels]`
   * @param embedding `[N, embeddingChannels]`
   * @returns what each layer made, for the way up, `[N, H, W, outChannels]`; the block's result last
   */
  forward(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D[] {
    const outputs: tf.Tensor4D[] = [];
    let h = x;
    this.#resnets.forEach((resnet, i) => {
      h = resnet.forward(h, embedding);
      h = this.#attentions[i]?.forward(h) ?? h;
      outputs.push(h);
    });
    if (this.#downsample) outputs.push(this.#downsample.forward(h, embedding));
    return outputs;
  }
}
