import * as tf from '@tensorflow/tfjs-core';
import { Embedding, Linear, Module } from '../../nn/index.js';
import { silu } from '../../ops/index.js';
import { SpatialTransformer } from '../attention/index.js';
import { AttentionBlock } from './attention-block.js';
import { convolution } from './convolution.js';
import { EmbedSequential, type Layer } from './embed-sequential.js';
import { attentionBlockHeads, transformerHeads } from './heads.js';
import { ResBlock } from './res-block.js';
import { Downsample } from './resample.js';
import { timestepEmbedding } from './timestep-embedding.js';
import type { UNetModelParams } from './unet-model.params.js';

export type HalfUNetParams = Omit<UNetModelParams, 'image_size' | 'out_channels' | 'n_embed' | 'use_fp16'>;

/** What the published UNets have in common: the embedding of timestep and class, the way down and the middle. */
export abstract class HalfUNet extends Module {
  protected readonly inputBlocks: readonly EmbedSequential[];
  /** Channels of what each of the input blocks returns. */
  protected readonly inputBlockChannels: readonly number[];
  protected readonly middleBlock: EmbedSequential;
  /** Channels of what the middle block returns. */
  protected readonly middleChannels: number;
  readonly #params: HalfUNetParams;
  readonly #timeEmbed: readonly [Linear, Linear];
  readonly #labelEmbedding: Embedding | undefined;

  constructor(params: HalfUNetParams) {
    super();
    this.#params = params;
    const { model_channels: modelChannels, channel_mult: channelMult, num_classes: numClasses } = params;
    const embeddingChannels = 4 * modelChannels;
    this.#timeEmbed = [
      this.child('time_embed.0', new Linear(modelChannels, embeddingChannels)),
      this.child('time_embed.2', new Linear(embeddingChannels, embeddingChannels)),
    ];
    if (numClasses !== null) {
      this.#labelEmbedding = this.child('label_emb', new Embedding(numClasses, embeddingChannels));
    }

    const inputBlocks: EmbedSequential[] = [];
    const inputBlockChannels: number[] = [];
    let channels = modelChannels;
    const push = (layers: readonly Layer[]) => {
      inputBlocks.push(this.child(`input_blocks.${inputBlocks.length}`, new EmbedSequential(layers)));
      inputBlockChannels.push(channels);
    };
    const inConv = convolution(params.dims, params.in_channels, modelChannels, { kernelSize: 3 });
    push([{ module: inConv, forward: (x) => inConv.forward(x) }]);
    channelMult.forEach((multiple, level) => {
      const outChannels = multiple * modelChannels;
      for (let block = 0; block < params.num_res_blocks; block++) {
        const layers = [this.resBlock(channels, outChannels)];
        channels = outChannels;
        if (this.attendsAt(level)) layers.push(this.attention(channels, 'down'));
        push(layers);
      }
      if (level < channelMult.length - 1) {
        push([params.resblock_updown ? this.resBlock(channels, channels, 'down') : this.#downsample(channels)]);
      }
    });
    this.inputBlocks = inputBlocks;
    this.inputBlockChannels = inputBlockChannels;
    this.middleChannels = channels;
    this.middleBlock = this.child(
      'middle_block',
      new EmbedSequential([
        this.resBlock(channels, channels),
        this.attention(channels, 'down'),
        this.resBlock(channels, channels),
      ]),
    );
  }

  /** The embedding of the timesteps, `[N]`, and where there are classes of their labels, `[N]`. */
  protected embed(timesteps: tf.Tensor1D, y?: tf.Tensor1D): tf.Tensor2D {
    const [first, second] = this.#timeEmbed;
    const time = second.forward(silu(first.forward(timestepEmbedding(timesteps, this.#params.model_channels))));
    return (y && this.#labelEmbedding ? tf.add(time, this.#labelEmbedding.forward(y)) : time) as tf.Tensor2D;
  }

  /** Whether there is attention beside the residual blocks of a level. */
  protected attendsAt(level: number): boolean {
    return this.#params.attention_resolutions.includes(2 ** level);
  }

  protected resBlock(channels: number, outChannels: number, resample?: 'up' | 'down'): Layer {
    const params = this.#params;
    const module = new ResBlock({
      channels,
      outChannels,
      embeddingChannels: 4 * params.model_channels,
      dropout: params.dropout,
      normGroups: params.norm_num_groups,
      dims: params.dims,
      useScaleShiftNorm: params.use_scale_shift_norm,
      useCheckpoint: params.use_checkpoint,
      resample,
    });
    return { module, forward: (x, { embedding }) => module.forward(x, embedding) };
  }

  protected attention(channels: number, way: 'down' | 'up'): Layer {
    const params = this.#params;
    const common = { channels, normGroups: params.norm_num_groups, useCheckpoint: params.use_checkpoint };
    if (params.use_spatial_transformer) {
      const module = new SpatialTransformer({
        ...common,
        ...transformerHeads(channels, params),
        depth: params.transformer_depth,
        contextChannels: contextChannels(params.context_dim),
      });
      return { module, forward: (x, { context }) => module.forward(x, context) };
    }
    const module = new AttentionBlock({
      ...common,
      numHeads: attentionBlockHeads(channels, params, way),
      splitBeforeHeads: params.use_new_attention_order,
    });
    return { module, forward: (x) => module.forward(x) };
  }

  #downsample(channels: number): Layer {
    const { conv_resample: useConv, dims } = this.#params;
    const module = new Downsample(channels, { useConv, dims });
    return { module, forward: (x) => module.forward(x) };
  }
}

/** `context_dim`, which may be given as a list of one. */
export function contextChannels(contextDim: UNetModelParams['context_dim']): number | undefined {
  return [contextDim].flat()[0] ?? undefined;
}
