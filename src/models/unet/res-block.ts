import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Dropout, Linear, Module, type GroupNorm } from '../../nn/index.js';
import { silu, upsampleNearest } from '../../ops/index.js';
import { normalization } from './normalization.js';
import { downsampleAverage } from './resample.js';

export interface ResBlockOptions {
  readonly channels: number;
  readonly embeddingChannels: number;
  readonly outChannels: number;
  readonly dropout: number;
  readonly normGroups: number;
  /** Condition by scale and shift of the second normalization rather than by addition. */
  readonly useScaleShiftNorm: boolean;
  /** Recompute the block in the backward pass rather than keep what it computed. */
  readonly useCheckpoint: boolean;
  /** Change height and width in between by a factor of two. */
  readonly resample?: 'up' | 'down';
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
  readonly #useScaleShiftNorm: boolean;
  readonly #useCheckpoint: boolean;
  readonly #resample: ((x: tf.Tensor4D) => tf.Tensor4D) | undefined;

  constructor(options: ResBlockOptions) {
    super();
    const { channels, outChannels, normGroups, useScaleShiftNorm, resample } = options;
    this.#useScaleShiftNorm = useScaleShiftNorm;
    this.#useCheckpoint = options.useCheckpoint;
    this.#resample = resample && { up: upsampleNearest, down: downsampleAverage }[resample];
    const conv3 = { kernelSize: 3, padding: 1 };
    const embeddingOut = useScaleShiftNorm ? 2 * outChannels : outChannels;
    this.#inNorm = this.child('in_layers.0', normalization(channels, normGroups, 'silu'));
    this.#inConv = this.child('in_layers.2', new Conv2d(channels, outChannels, conv3));
    this.#embeddingLinear = this.child('emb_layers.1', new Linear(options.embeddingChannels, embeddingOut));
    this.#outNorm = this.child('out_layers.0', normalization(outChannels, normGroups, 'silu'));
    this.#dropout = this.child('out_layers.2', new Dropout(options.dropout));
    this.#outConv = this.child('out_layers.3', new Conv2d(outChannels, outChannels, { ...conv3, zeroInit: true }));
    if (outChannels !== channels) {
      this.#skip = this.child('skip_connection', new Conv2d(channels, outChannels, { kernelSize: 1 }));
    }
  }

  /**
   * @param x `[N, H, W, channels]`
   * @param embedding `[N, embeddingChannels]`
   * @returns `[N, H', W', outChannels]`
   */
  forward(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D {
    const run = (input: tf.Tensor4D, condition: tf.Tensor2D) => this.#residual(input, condition);
    return this.checkpointed(this.#useCheckpoint, run, [x, embedding]);
  }

  #residual(x: tf.Tensor4D, embedding: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      const resample = this.#resample ?? ((unchanged: tf.Tensor4D) => unchanged);
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
