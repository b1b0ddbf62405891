import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, inputsOf, Module, type ExampleCalls, type Methods, type Parameter } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { ddconfigParams, type DdconfigInput } from './ddconfig.params.js';
import { runLayers, type ImageLayer } from './image-layers.js';
import { levelResolutions } from './level-resolutions.js';
import { Level } from './level.js';
import { Middle } from './middle.js';
import { normalize } from './normalize.js';

/** From encodings to images: `ldm.modules.diffusionmodules.model.Decoder`, with its weights' names. */
export class Decoder extends Module {
  /** Of one encoding of an image of the resolution that it is made for. */
  readonly exampleShape: readonly number[];
  readonly #layers: readonly ImageLayer[];
  /** Absent with `give_pre_end`. */
  readonly #convOut: Conv2d | undefined;
  readonly #tanhOut: boolean;

  constructor(given: DdconfigInput) {
    super();
    const { ch, ch_mult, dropout, ...config } = withDefaults(ddconfigParams, given);
    const attnType = config.use_linear_attn ? 'linear' : config.attn_type;
    const { decoder: resolutions } = levelResolutions({ ch_mult, resolution: config.resolution });
    const size = resolutions.at(-1) ?? config.resolution;
    this.exampleShape = [1, size, size, config.z_channels];
    const lowest = ch * (ch_mult.at(-1) ?? 1);
    const convIn = this.child('conv_in', new Conv2d(config.z_channels, lowest, { kernelSize: 3, padding: 1 }));
    const middle = this.child('mid', new Middle(lowest, dropout, attnType));
    const levels = ch_mult.map((multiple, i) => {
      const level = new Level({
        channels: ch * (ch_mult[i + 1] ?? multiple),
        outChannels: ch * multiple,
        numBlocks: config.num_res_blocks + 1,
        dropout,
        attention: config.attn_resolutions.includes(resolutions[i] ?? 0) ? attnType : undefined,
        resample: i === 0 ? undefined : { name: 'upsample', withConv: config.resamp_with_conv },
      });
      return this.child(`up.${i}`, level);
    });
    const channels = ch * (ch_mult[0] ?? 1);
    const normOut = this.child('norm_out', normalize(channels, 'silu'));
    const convOut = this.child('conv_out', new Conv2d(channels, config.out_ch, { kernelSize: 3, padding: 1 }));
    if (!config.give_pre_end) this.#convOut = convOut;
    this.#layers = [convIn, middle, ...levels.reverse(), ...(this.#convOut ? [normOut] : [])];
    this.#tanhOut = config.tanh_out;
  }

  /**
   * @param z `[N, h, w, z_channels]`
   * @returns `[N, f h, f w, out_ch]` with f = 2^(levels - 1), in (-1, 1) with `tanh_out`, else unbounded; with
   *   `give_pre_end` the channels of the first level
   */
  forward(z: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const h = this.features(z);
      return this.#convOut ? this.toImages(h) : h;
    });
  }

  /** All but the last layer: `[N, h, w, z_channels]` to `[N, f h, f w, ch * ch_mult[0]]`. */
  features(z: tf.Tensor4D): tf.Tensor4D {
    return runLayers(this.#layers, z);
  }

  /**
   * The last layer: what `features` makes to images, `[N, H, W, out_ch]`.
   * @throws Error with `give_pre_end`, which leaves it out
   */
  toImages(features: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const images = this.#lastLayer.forward(features);
      return this.#tanhOut ? tf.tanh(images) : images;
    });
  }

  /** The weight of that layer, at which adversarial losses are weighed. @throws Error with `give_pre_end` */
  get lastWeight(): Parameter {
    return this.#lastLayer.weight;
  }

  override exampleCalls(): ExampleCalls {
    return { forward: { z: { shape: this.exampleShape } } };
  }

  get #lastLayer(): Conv2d {
    if (!this.#convOut) throw new Error('Decoder: with give_pre_end there is no last layer');
    return this.#convOut;
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['z']).z as tf.Tensor4D) };
  }
}
