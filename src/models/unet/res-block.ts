import * as tf from '@tensorflow/tfjs-core';
import { Dropout, Linear, Module, type Conv2d, type GroupNorm } from '../../nn/index.js';
import { silu } from '../../ops/index.js';
import { convolution, type Dims } from './convolution.js';
import { normalization } from './normalization.js';
import { downsampleAverage, upsample } from './resample.js';

export interface ResBlockOptions {
  readonly channels: number;
  readonly embeddingChannels: number;
  /** Channels of the result; `channels` where not given. */
  readonly outChannels?: number;
  readonly dropout: number;
  readonly normGroups: number;
  readonly dims?: Dims;
  /** Change the channels of what is skipped by a convolution of size 3 rather than 1. */
  readonly useConv?: boolean;
  /** Condition by scale and shift of the second normalization rather than by addition. */
  readonly useScaleShiftNorm: boolean;
  /** Recompute the block in the backward pass rather than keep what it computed. */
  readonly useCheckpoint: boolean;
  /** Change height and width in between by a factor of two. */
  readonly resample?: 'up' | 'down' | undefined;
}

/**
 * The residual block of the UNet, conditioned on an embedding of timestep and class (Dhariwal and Nichol 2021,
 * section 3.1; `openaimodel.ResBlock`).
 */
export class ResBlock extends Module {
  readonly #inNorm: GroupNorm;
  readonly #inConv: Conv2d;
  readonly #embeddingLinear: Linear;
  readonly #outNorm: GroupNorm;
  readonly #dropout: Dropout;
  readonly #outConv: Conv2d;
  readonly #skip: Conv2d | undefined;
  readonly #dims: Dims;
  readonly #useScaleShiftNorm: boolean;
  readonly #useCheckpoint: boolean;
  readonly #resample: ((x: tf.Tensor4D, dims: Dims) => tf.Tensor4D) | undefined;

  constructor(options: ResBlockOptions) {
    super();
    const { channels, outChannels = channels, normGroups, useScaleShiftNorm, resample, dims = 2 } = options;
    this.#dims = dims;
    this.#useScaleShiftNorm = useScaleShiftNorm;
    this.#useCheckpoint = options.useCheckpoint;
    this.#resample = resample && { up: upsample, down: downsampleAverage }[resample];
    const conv3 = { kernelSize: 3 } as const;
    const embeddingOut = useScaleShiftNorm ? 2 * outChannels : outChannels;
    this.#inNorm = this.child('in_layers.0', normalization(channels, normGroups, 'silu'));
    this.#inConv = this.child('in_layers.2', convolution(dims, channels, outChannels, conv3));
    this.#embeddingLinear = this.child('emb_layers.1', new Linear(options.embeddingChannels, embeddingOut));
    this.#outNorm = this.child('out_layers.0', normalization(outChannels, normGroups, 'silu'));
    this.#dropout = this.child('out_layers.2', new Dropout(options.dropout));
    const outConv = convolution(dims, outChannels, outChannels, { ...conv3, zeroInit: true });
    this.#outConv = this.child('out_layers.3', outConv);
    if (outChannels !== channels) {
      const kernelSize = options.useConv ? 3 : 1;
      this.#skip = this.child('skip_connection', convolution(dims, channels, outChannels, { kernelSize }));
    }
  }

  /**
   * @param x `[N, H, W, channels]`, or a sequence, `[N, L, 1, channels]`
   * @param embedding `[N, embeddingChannels]`
   * @returns `[N, H', W', outChannels]`
   */
  forward(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D {
    const run = (input: tf.Tensor4D, condition: tf.Tensor2D) => this.#residual(input, condition);
    return this.checkpointed(this.#useCheckpoint, run, [x, embedding]);
  }

  #residual(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      const resample = (image: tf.Tensor4D) => this.#resample?.(image, this.#dims) ?? image;
      const h = this.#inConv.forward(resample(this.#inNorm.forward(x)));
      const conditioned = this.#condition(h, this.#embeddingLinear.forward(silu(embedding)));
      const out = this.#outConv.forward(this.#dropout.forward(conditioned));
      const identity = resample(x);
      return tf.add(this.#skip?.forward(identity) ?? identity, out);
    });
  }

  #condition(h: tf.Tensor4D, embedding: tf.Tensor): tf.Tensor4D {
    if (!this.#useScaleShiftNorm) {
      return this.#outNorm.forward(tf.add<tf.Tensor4D>(h, tf.reshape(embedding, [h.shape[0], 1, 1, -1])));
    }
    const [scale, shift] = tf.split(embedding, 2, -1) as [tf.Tensor, tf.Tensor];
    return this.#outNorm.forward(h, { scale, shift });
  }
}
