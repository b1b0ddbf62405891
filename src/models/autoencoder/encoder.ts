import type * as tf from '@tensorflow/tfjs-core';
import { Conv2d, inputsOf, Module, type ExampleCalls, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { ddconfigParams, type DdconfigInput } from './ddconfig.params.js';
import { runLayers, type ImageLayer } from './image-layers.js';
import { levelResolutions } from './level-resolutions.js';
import { Level } from './level.js';
import { Middle } from './middle.js';
import { normalize } from './normalize.js';

/** From images to encodings: `ldm.modules.diffusionmodules.model.Encoder`, with its weights' names. */
export class Encoder extends Module {
  /** Of one image of the resolution that it is made for. */
  readonly exampleShape: readonly number[];
  readonly #layers: readonly ImageLayer[];

  constructor(given: DdconfigInput) {
    super();
    const { ch, ch_mult, dropout, ...config } = withDefaults(ddconfigParams, given);
    this.exampleShape = [1, config.resolution, config.resolution, config.in_channels];
    const attnType = config.use_linear_attn ? 'linear' : config.attn_type;
    const { encoder: resolutions } = levelResolutions({ ch_mult, resolution: config.resolution });
    const convIn = this.child('conv_in', new Conv2d(config.in_channels, ch, { kernelSize: 3, padding: 1 }));
    const levels = ch_mult.map((multiple, i) => {
      const isLast = i === ch_mult.length - 1;
      const level = new Level({
        channels: ch * (ch_mult[i - 1] ?? 1),
        outChannels: ch * multiple,
        numBlocks: config.num_res_blocks,
        dropout,
        attention: config.attn_resolutions.includes(resolutions[i] ?? 0) ? attnType : undefined,
        resample: isLast ? undefined : { name: 'downsample', withConv: config.resamp_with_conv },
      });
      return this.child(`down.${i}`, level);
    });
    const channels = ch * (ch_mult.at(-1) ?? 1);
    const outChannels = config.double_z ? 2 * config.z_channels : config.z_channels;
    this.#layers = [
      convIn,
      ...levels,
      this.child('mid', new Middle(channels, dropout, attnType)),
      this.child('norm_out', normalize(channels, 'silu')),
      this.child('conv_out', new Conv2d(channels, outChannels, { kernelSize: 3, padding: 1 })),
    ];
  }

  /**
   * @param x `[N, H, W, in_channels]`, in [-1, 1]
   * @returns `[N, H / f, W / f, C]` with f = 2^(levels - 1); C is `z_channels`, or twice that with `double_z`
   */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runLayers(this.#layers, x);
  }

  override exampleCalls(): ExampleCalls {
    return { forward: { x: { shape: this.exampleShape } } };
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['x']).x as tf.Tensor4D) };
  }
}
