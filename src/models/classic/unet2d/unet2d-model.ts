import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../../errors.js';
import {
  Conv2d,
  Embedding,
  GroupNorm,
  inputsOf,
  Module,
  type LoadReport,
  type ExampleCalls,
  type Methods,
  type StateDict,
} from '../../../nn/index.js';
import { withDefaults } from '../../../params.js';
import { DownBlock2D } from './down-block.js';
import { UNetMidBlock2D } from './mid-block.js';
import { currentNames } from './renamed-weights.js';
import type { BlockSettings } from './settings.js';
import {
  FourierProjection,
  LearnedProjection,
  SinusoidalProjection,
  TimestepEmbedding,
  type TimeProjection,
} from './time-projection.js';
import { unet2DModelParams, type UNet2DModelParams, type UNet2DModelParamsInput } from './unet2d-model.params.js';
import { UpBlock2D } from './up-block.js';

export interface UNet2DInputs {
  /** `[N, H, W, in_channels]`; H and W divisible by 2^(levels - 1). */
  readonly x: tf.Tensor4D;
  /** `[N]`, or one for all images. */
  readonly timesteps: tf.Tensor1D | tf.Scalar;
  /**
   * Given exactly when the network is conditioned on a class: labels `[N]`, or embeddings `[N, 4 * channels]` where
   * `class_embed_type` is identity.
   */
  readonly y?: tf.Tensor1D | tf.Tensor2D;
}

/**
 * The UNet of Hugging Face diffusers, `diffusers.UNet2DModel` as of version 0.24, with its weights' names; the one that
 * the diffusion course trains after BasicUNet, there with 1,707,009 parameters. Its blocks with FIR filters
 * (SkipDownBlock2D and its kin) are not here.
 */
export class UNet2DModel extends Module {
  readonly params: UNet2DModelParams;
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  /** How many timesteps it has embeddings of; none says that it takes any. */
  readonly numTimesteps?: number;
  readonly #inConv: Conv2d;
  readonly #timeProjection: TimeProjection;
  readonly #timeEmbedding: TimestepEmbedding;
  readonly #classEmbedding: ((y: tf.Tensor) => tf.Tensor) | undefined;
  readonly #downBlocks: readonly DownBlock2D[];
  readonly #upBlocks: readonly UpBlock2D[];
  readonly #midBlock: UNetMidBlock2D;
  readonly #outNorm: GroupNorm;
  readonly #outConv: Conv2d;

  constructor(given: UNet2DModelParamsInput = {}) {
    super();
    const params = withDefaults(unet2DModelParams, given);
    this.params = params;
    this.numClasses = params.class_embed_type === 'identity' ? 0 : (params.num_class_embeds ?? 0);
    const [firstChannels = 0] = params.block_out_channels;
    const lastChannels = params.block_out_channels.at(-1) ?? 0;
    const embeddingChannels = 4 * firstChannels;
    const settings: BlockSettings = {
      embeddingChannels,
      numGroups: params.norm_num_groups,
      epsilon: params.norm_eps,
      activation: params.act_fn,
      dropout: params.dropout,
      scaleShift: params.resnet_time_scale_shift === 'scale_shift',
      attentionHeadDim: params.attention_head_dim,
    };
    const conv3 = { kernelSize: 3, padding: 1 };
    this.#inConv = this.child('conv_in', new Conv2d(params.in_channels, firstChannels, conv3));
    this.#timeProjection = this.child('time_proj', makeTimeProjection(params, firstChannels));
    if (params.time_embedding_type === 'learned') this.numTimesteps = params.num_train_timesteps ?? 0;
    this.#timeEmbedding = this.child(
      'time_embedding',
      new TimestepEmbedding(this.#timeProjection.dimensions, embeddingChannels),
    );
    this.#classEmbedding = this.#makeClassEmbedding(embeddingChannels);

    const skipChannels = [firstChannels];
    this.#downBlocks = this.#makeDownBlocks(settings, skipChannels);
    this.#upBlocks = this.#makeUpBlocks(settings, skipChannels);
    // Without groups of its own, its attention has a normalization only where the residual blocks are conditioned by
    // addition.
    const attentionGroups = params.attn_norm_num_groups ?? (settings.scaleShift ? null : params.norm_num_groups);
    this.#midBlock = this.child(
      'mid_block',
      new UNetMidBlock2D(
        {
          channels: lastChannels,
          attention: params.add_attention,
          attentionGroups,
          outputScale: params.mid_block_scale_factor,
        },
        settings,
      ),
    );
    // SiLU whatever `act_fn` is, as published.
    const { numGroups, epsilon } = settings;
    this.#outNorm = this.child(
      'conv_norm_out',
      new GroupNorm(firstChannels, { numGroups, epsilon, activation: 'silu' }),
    );
    this.#outConv = this.child('conv_out', new Conv2d(firstChannels, params.out_channels, conv3));
  }

  /**
   * @returns `[N, H, W, out_channels]`, unbounded
   * @throws ShapeError when `y` is given without a class embedding or the other way round
   */
  forward({ x, timesteps, y }: UNet2DInputs): tf.Tensor4D {
    if ((y !== undefined) !== (this.#classEmbedding !== undefined)) {
      const expected = 'class labels y exactly when num_class_embeds or class_embed_type is set';
      throw new ShapeError('UNet2DModel', expected, y ? 'y' : 'no y');
    }
    return tf.tidy(() => {
      const t = tf.broadcastTo<tf.Rank.R1>(timesteps, [x.shape[0]]);
      const embedding = this.#embed(t, y);
      let h = this.#inConv.forward(this.params.center_input_sample ? tf.sub(tf.mul(x, 2), 1) : x);
      const skips = [h];
      for (const block of this.#downBlocks) {
        skips.push(...block.forward(h, embedding));
        h = skips.at(-1) ?? h;
      }
      h = this.#midBlock.forward(h, embedding);
      for (const block of this.#upBlocks) h = block.forward(h, skips, embedding);
      const out = this.#outConv.forward(this.#outNorm.forward(h));
      return this.params.time_embedding_type === 'fourier' ? tf.div(out, tf.reshape(t, [-1, 1, 1, 1])) : out;
    });
  }

  /** Takes weights under the names of older versions of diffusers too. */
  override loadStateDict(state: StateDict, options: Parameters<Module['loadStateDict']>[1] = {}): LoadReport {
    return super.loadStateDict(currentNames(state), options);
  }

  /** `forward` takes its inputs under the names of this project's networks and under the published ones. */
  override exampleCalls(): ExampleCalls {
    const { sample_size: size, in_channels: channels } = this.params;
    if (size === null) return {};
    const [height = 1, width = height] = [size].flat();
    const labels = this.numClasses > 0 && { class_labels: { shape: [1], dtype: 'int32' as const } };
    return {
      forward: { sample: { shape: [1, height, width, channels] }, timestep: { shape: [1], dtype: 'int32' }, ...labels },
    };
  }

  override methods(): Methods {
    return {
      forward: ({ sample, timestep, class_labels: classLabels, ...given }) => {
        const named = {
          ...given,
          ...(sample && { x: sample }),
          ...(timestep && { timesteps: timestep }),
          ...(classLabels && { y: classLabels }),
        };
        const { x, timesteps, y } = inputsOf(named, ['x', 'timesteps'], ['y']);
        return this.forward({
          x: x as tf.Tensor4D,
          timesteps: timesteps as tf.Tensor1D,
          ...(y && { y: y as tf.Tensor1D }),
        });
      },
    };
  }

  #embed(timesteps: tf.Tensor1D, y: tf.Tensor | undefined): tf.Tensor2D {
    const time = this.#timeEmbedding.forward(this.#timeProjection.forward(timesteps));
    return y && this.#classEmbedding ? tf.add(time, this.#classEmbedding(y)) : time;
  }

  #makeClassEmbedding(embeddingChannels: number): ((y: tf.Tensor) => tf.Tensor) | undefined {
    const { class_embed_type: type, num_class_embeds: count } = this.params;
    if (type === 'identity') return (y) => y;
    if (type === 'timestep') {
      const { dimensions } = this.#timeProjection;
      const embedding = this.child('class_embedding', new TimestepEmbedding(dimensions, embeddingChannels));
      return (y) => embedding.forward(this.#timeProjection.forward(y as tf.Tensor1D));
    }
    if (count === null) return undefined;
    const embedding = this.child('class_embedding', new Embedding(count, embeddingChannels));
    return (y) => embedding.forward(y);
  }

  /** @param skipChannels channels of what the way down keeps for the way up, added to */
  #makeDownBlocks(settings: BlockSettings, skipChannels: number[]): DownBlock2D[] {
    const { params } = this;
    return params.down_block_types.map((type, level) => {
      const outChannels = params.block_out_channels[level] ?? 0;
      const isLast = level === params.block_out_channels.length - 1;
      const options = {
        inChannels: params.block_out_channels[Math.max(0, level - 1)] ?? 0,
        outChannels,
        layers: params.layers_per_block,
        attention: type === 'AttnDownBlock2D',
        downsample: isLast ? null : resampling(type, params.downsample_type),
        padding: params.downsample_padding,
      };
      const kept = params.layers_per_block + (isLast ? 0 : 1);
      skipChannels.push(...Array.from({ length: kept }, () => outChannels));
      return this.child(`down_blocks.${level}`, new DownBlock2D(options, settings));
    });
  }

  /** @param skipChannels what `#makeDownBlocks` made of it; all taken off */
  #makeUpBlocks(settings: BlockSettings, skipChannels: number[]): UpBlock2D[] {
    const { params } = this;
    const channels = [...params.block_out_channels].reverse();
    return params.up_block_types.map((type, i) => {
      const options = {
        inChannels: channels[Math.max(0, i - 1)] ?? 0,
        skipChannels: skipChannels.splice(-(params.layers_per_block + 1)).reverse(),
        outChannels: channels[i] ?? 0,
        attention: type === 'AttnUpBlock2D',
        upsample: i === channels.length - 1 ? null : resampling(type, params.upsample_type),
      };
      return this.child(`up_blocks.${i}`, new UpBlock2D(options, settings));
    });
  }
}

type BlockType = UNet2DModelParams[`${'down' | 'up'}_block_types`][number];

/** How a block of that type changes height and width; `downsample_type` and `upsample_type` are for those with attention. */
function resampling(type: BlockType, ofAttentionBlocks: 'conv' | 'resnet'): 'conv' | 'resnet' {
  if (type.startsWith('Resnet')) return 'resnet';
  return type.startsWith('Attn') ? ofAttentionBlocks : 'conv';
}

function makeTimeProjection(params: UNet2DModelParams, channels: number): TimeProjection {
  switch (params.time_embedding_type) {
    case 'fourier':
      return new FourierProjection(channels);
    case 'learned':
      return new LearnedProjection(params.num_train_timesteps ?? 0, channels);
    case 'positional': {
      const { flip_sin_to_cos: flipSinToCos, freq_shift: freqShift } = params;
      return new SinusoidalProjection(channels, { flipSinToCos, freqShift });
    }
  }
}
