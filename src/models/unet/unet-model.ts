import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import {
  Conv2d,
  Embedding,
  inputsOf,
  Linear,
  Module,
  type ExampleCalls,
  type GroupNorm,
  type Methods,
} from '../../nn/index.js';
import { silu } from '../../ops/index.js';
import { withDefaults } from '../../params.js';
import { AttentionBlock } from './attention-block.js';
import { normalization } from './normalization.js';
import { ResBlock } from './res-block.js';
import { Downsample, Upsample } from './resample.js';
import { timestepEmbedding } from './timestep-embedding.js';
import { unetModelParams, type UNetModelParams, type UNetModelParamsInput } from './unet-model.params.js';

/** A layer from image to image; those that are conditioned take the embedding too. */
type Layer = Module & { forward(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D };
type Step = (x: tf.Tensor4D, embedding: tf.Tensor2D) => tf.Tensor4D;

export interface UNetInputs {
  /** `[N, H, W, in_channels]`; H and W divisible by 2^(levels - 1). */
  readonly x: tf.Tensor4D;
  /** `[N]`. */
  readonly timesteps: tf.Tensor1D;
  /** Class labels, int32 `[N]`; given exactly when the network has `num_classes`. */
  readonly y?: tf.Tensor1D;
}

/**
 * The UNet with attention and timestep embedding of guided diffusion (Dhariwal and Nichol 2021) in the form that
 * latent-diffusion publishes it, `ldm.modules.diffusionmodules.openaimodel.UNetModel`, with its weights' names.
 */
export class UNetModel extends Module {
  readonly params: UNetModelParams;
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  readonly #timeEmbed: readonly [Linear, Linear];
  readonly #labelEmbedding: Embedding | undefined;
  readonly #inputBlocks: Step[] = [];
  readonly #middleBlock: Step;
  readonly #outputBlocks: Step[] = [];
  readonly #outNorm: GroupNorm;
  readonly #outConv: Conv2d;

  constructor(given: UNetModelParamsInput) {
    super();
    const params = withDefaults(unetModelParams, given);
    this.params = params;
    this.numClasses = params.num_classes ?? 0;
    const { model_channels: modelChannels, channel_mult: channelMult, norm_num_groups: normGroups } = params;
    const embeddingChannels = 4 * modelChannels;
    this.#timeEmbed = [
      this.child('time_embed.0', new Linear(modelChannels, embeddingChannels)),
      this.child('time_embed.2', new Linear(embeddingChannels, embeddingChannels)),
    ];
    if (params.num_classes !== null) {
      this.#labelEmbedding = this.child('label_emb', new Embedding(params.num_classes, embeddingChannels));
    }

    const inConv = new Conv2d(params.in_channels, modelChannels, { kernelSize: 3, padding: 1 });
    this.#inputBlocks.push(this.#sequence('input_blocks.0', [inConv]));
    let channels = modelChannels;
    let downsampling = 1;
    const skipChannels = [channels];
    channelMult.forEach((multiple, level) => {
      for (let block = 0; block < params.num_res_blocks; block++) {
        const outChannels = multiple * modelChannels;
        const layers: Layer[] = [this.#resBlock(channels, outChannels)];
        channels = outChannels;
        if (params.attention_resolutions.includes(downsampling))
          layers.push(this.#attention(channels, params.num_heads));
        this.#inputBlocks.push(this.#sequence(`input_blocks.${this.#inputBlocks.length}`, layers));
        skipChannels.push(channels);
      }
      if (level < channelMult.length - 1) {
        const down = params.resblock_updown
          ? this.#resBlock(channels, channels, 'down')
          : new Downsample(channels, params.conv_resample);
        this.#inputBlocks.push(this.#sequence(`input_blocks.${this.#inputBlocks.length}`, [down]));
        skipChannels.push(channels);
        downsampling *= 2;
      }
    });

    this.#middleBlock = this.#sequence('middle_block', [
      this.#resBlock(channels, channels),
      this.#attention(channels, params.num_heads),
      this.#resBlock(channels, channels),
    ]);

    const upHeads = params.num_heads_upsample === -1 ? params.num_heads : params.num_heads_upsample;
    for (const [level, multiple] of [...channelMult.entries()].reverse()) {
      for (let block = 0; block <= params.num_res_blocks; block++) {
        const outChannels = multiple * modelChannels;
        const layers: Layer[] = [this.#resBlock(channels + (skipChannels.pop() ?? 0), outChannels)];
        channels = outChannels;
        if (params.attention_resolutions.includes(downsampling)) layers.push(this.#attention(channels, upHeads));
        if (level > 0 && block === params.num_res_blocks) {
          layers.push(
            params.resblock_updown
              ? this.#resBlock(channels, channels, 'up')
              : new Upsample(channels, params.conv_resample),
          );
          downsampling /= 2;
        }
        this.#outputBlocks.push(this.#sequence(`output_blocks.${this.#outputBlocks.length}`, layers));
      }
    }

    this.#outNorm = this.child('out.0', normalization(channels, normGroups, 'silu'));
    this.#outConv = this.child(
      'out.2',
      new Conv2d(modelChannels, params.out_channels, { kernelSize: 3, padding: 1, zeroInit: true }),
    );
  }

  /**
   * @returns `[N, H, W, out_channels]`, unbounded
   * @throws ShapeError when `y` is given without `num_classes` or the other way round
   */
  forward({ x, timesteps, y }: UNetInputs): tf.Tensor4D {
    if ((y !== undefined) !== (this.#labelEmbedding !== undefined)) {
      throw new ShapeError('UNetModel', 'class labels y exactly when num_classes is set', y ? 'y' : 'no y');
    }
    return tf.tidy(() => {
      const embedding = this.#embed(timesteps, y);
      let h = x;
      const skips: tf.Tensor4D[] = [];
      for (const block of this.#inputBlocks) {
        h = block(h, embedding);
        skips.push(h);
      }
      h = this.#middleBlock(h, embedding);
      for (const block of this.#outputBlocks) {
        const joined = [h, ...skips.splice(-1)];
        h = tf.tidy(() => block(tf.concat(joined, -1), embedding));
        // Nothing but the recording needs them any more, which has its own copies of what it needs.
        tf.dispose(joined);
      }
      return this.#outConv.forward(this.#outNorm.forward(h));
    });
  }

  override exampleCalls(): ExampleCalls {
    const { image_size: size, in_channels: channels, num_classes: numClasses } = this.params;
    const [height = 1, width = height] = [size].flat();
    return {
      forward: {
        x: { shape: [1, height, width, channels] },
        timesteps: { shape: [1], dtype: 'int32' },
        ...(numClasses !== null && { y: { shape: [1], dtype: 'int32' } }),
      },
    };
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { x, timesteps, y } = inputsOf(inputs, ['x', 'timesteps'], ['y']);
        return this.forward({
          x: x as tf.Tensor4D,
          timesteps: timesteps as tf.Tensor1D,
          ...(y && { y: y as tf.Tensor1D }),
        });
      },
    };
  }

  #embed(timesteps: tf.Tensor1D, y: tf.Tensor1D | undefined): tf.Tensor2D {
    const [first, second] = this.#timeEmbed;
    const time = second.forward(silu(first.forward(timestepEmbedding(timesteps, this.params.model_channels))));
    return (y && this.#labelEmbedding ? tf.add(time, this.#labelEmbedding.forward(y)) : time) as tf.Tensor2D;
  }

  #resBlock(channels: number, outChannels: number, resample?: 'up' | 'down'): ResBlock {
    return new ResBlock({
      channels,
      outChannels,
      embeddingChannels: 4 * this.params.model_channels,
      dropout: this.params.dropout,
      normGroups: this.params.norm_num_groups,
      useScaleShiftNorm: this.params.use_scale_shift_norm,
      useCheckpoint: this.params.use_checkpoint,
      ...(resample && { resample }),
    });
  }

  #attention(channels: number, numHeads: number): AttentionBlock {
    const { num_head_channels: headChannels, norm_num_groups: normGroups, use_new_attention_order } = this.params;
    return new AttentionBlock({
      channels,
      numHeads: headChannels === -1 ? numHeads : channels / headChannels,
      normGroups,
      splitBeforeHeads: use_new_attention_order,
      useCheckpoint: this.params.use_checkpoint,
    });
  }

  /** Registers layers as a published `TimestepEmbedSequential` names them and returns them as one step. */
  #sequence(name: string, layers: readonly Layer[]): Step {
    layers.forEach((layer, i) => this.child(`${name}.${i}`, layer));
    return (x, embedding) => layers.reduce((h, layer) => layer.forward(h, embedding), x);
  }
}
