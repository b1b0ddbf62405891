import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { inputsOf, type ExampleCalls, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import {
  encoderUNetModelParams,
  type EncoderUNetModelParams,
  type EncoderUNetModelParamsInput,
} from './encoder-unet-model.params.js';
import { HalfUNet } from './half-unet.js';
import { poolingHead, type PoolingHead } from './pooling-heads.js';

export interface EncoderUNetInputs {
  /** `[N, H, W, in_channels]`; with attention pooling H and W are `image_size`. */
  readonly x: tf.Tensor4D;
  /** `[N]`. */
  readonly timesteps: tf.Tensor1D;
}

/**
 * The way down of a UNet and a vector at its end, the noisy-image classifier of guided diffusion (Dhariwal and Nichol
 * 2021, section 4; `ldm.modules.diffusionmodules.openaimodel.EncoderUNetModel`).
 */
export class EncoderUNetModel extends HalfUNet {
  readonly params: EncoderUNetModelParams;
  readonly #out: PoolingHead;

  constructor(given: EncoderUNetModelParamsInput) {
    const params = withDefaults(encoderUNetModelParams, given);
    super({
      ...params,
      num_classes: null,
      use_spatial_transformer: false,
      transformer_depth: 1,
      context_dim: null,
      // The published class knows no other rule.
      legacy: true,
    });
    this.params = params;
    const featureChannels = [...this.inputBlockChannels, this.middleChannels].reduce((sum, channels) => sum + channels);
    this.#out = this.child(
      'out',
      poolingHead(params.pool, {
        channels: this.middleChannels,
        featureChannels,
        size: Math.floor(params.image_size / 2 ** (params.channel_mult.length - 1)),
        headChannels: params.num_head_channels,
        normGroups: params.norm_num_groups,
        outChannels: params.out_channels,
      }),
    );
  }

  /**
   * @returns `[N, out_channels]`, unbounded
   * @throws ShapeError when `x` is no such tensor
   */
  forward({ x, timesteps }: EncoderUNetInputs): tf.Tensor2D {
    const { rank, shape }: tf.Tensor = x;
    if (rank !== 4 || shape[3] !== this.params.in_channels) {
      throw new ShapeError('EncoderUNetModel', `x [N, H, W, ${this.params.in_channels}]`, `[${shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const conditioning = { embedding: this.embed(timesteps) };
      let h = x;
      const features: tf.Tensor4D[] = [];
      for (const block of [...this.inputBlocks, this.middleBlock]) {
        h = block.forward(h, conditioning);
        features.push(h);
      }
      return this.#out.forward(features);
    });
  }

  override exampleCalls(): ExampleCalls {
    const { image_size: size, in_channels: channels } = this.params;
    return { forward: { x: { shape: [1, size, size, channels] }, timesteps: { shape: [1], dtype: 'int32' } } };
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { x, timesteps } = inputsOf(inputs, ['x', 'timesteps']);
        return this.forward({ x: x as tf.Tensor4D, timesteps: timesteps as tf.Tensor1D });
      },
    };
  }
}
