import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../../../nn/index.js';
import { Attention } from './attention.js';
import { Upsample2D } from './resample.js';
import { ResnetBlock2D } from './resnet-block.js';
import type { BlockSettings } from './settings.js';

export interface UpBlockOptions {
  readonly inChannels: number;
  /** Channels of the skip that joins each residual block, in the order in which they join. */
  readonly skipChannels: readonly number[];
  readonly outChannels: number;
  /** Whether each residual block has an attention after it. */
  readonly attention: boolean;
  /** How height and width are doubled at the end: by a convolution, by a residual block, or not at all. */
  readonly upsample: 'conv' | 'resnet' | null;
}

/** diffusers' `UpBlock2D`, `AttnUpBlock2D` and `ResnetUpsampleBlock2D`: they differ in these options only. */
export class UpBlock2D extends Module {
  readonly #attentions: readonly Attention[];
  readonly #resnets: readonly ResnetBlock2D[];
  readonly #upsample: Upsample2D | ResnetBlock2D | undefined;

  constructor(options: UpBlockOptions, settings: BlockSettings) {
    super();
    const { inChannels, skipChannels, outChannels, attention, upsample } = options;
    const attentionOptions = { ...settings, headDim: settings.attentionHeadDim };
    this.#attentions = (attention ? skipChannels : []).map((_, i) =>
      this.child(`attentions.${i}`, new Attention(outChannels, attentionOptions)),
    );
    this.#resnets = skipChannels.map((skip, i) => {
      const block = new ResnetBlock2D((i === 0 ? inChannels : outChannels) + skip, outChannels, settings);
      return this.child(`resnets.${i}`, block);
    });
    if (upsample === 'conv') this.#upsample = this.child('upsamplers.0', new Upsample2D(outChannels));
    if (upsample === 'resnet') {
      const block = new ResnetBlock2D(outChannels, outChannels, settings, { resample: 'up' });
      this.#upsample = this.child('upsamplers.0', block);
    }
  }

  /**
   * @param x `[N, H, W, inChannels]`
   * @param skips outputs of the way down, the latest last; the block takes off those it joins
   * @param embedding `[N, embeddingChannels]`
   * @returns `[N, H', W', outChannels]`
   */
  forward(x: tf.Tensor4D, skips: tf.Tensor4D[], embedding: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      let h = x;
      this.#resnets.forEach((resnet, i) => {
        h = resnet.forward(tf.concat([h, ...skips.splice(-1)], -1), embedding);
        h = this.#attentions[i]?.forward(h) ?? h;
      });
      return this.#upsample?.forward(h, embedding) ?? h;
    });
  }
}
