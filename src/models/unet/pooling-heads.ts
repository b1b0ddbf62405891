import * as tf from '@tensorflow/tfjs-core';
import { Linear, Module, type Conv2d, type GroupNorm } from '../../nn/index.js';
import { AttentionPool2d } from './attention-pool.js';
import { convolution } from './convolution.js';
import type { EncoderUNetModelParams } from './encoder-unet-model.params.js';
import { normalization } from './normalization.js';

/** Channels between the two layers of the spatial heads. */
const HIDDEN_CHANNELS = 2048;

export interface PoolingHeadOptions {
  /** Channels that the encoder ends with. */
  readonly channels: number;
  /** Channels of the features of all its blocks together. */
  readonly featureChannels: number;
  /** Height and width that the encoder ends with. */
  readonly size: number;
  readonly headChannels: number;
  readonly normGroups: number;
  readonly outChannels: number;
}

/** Makes one vector, `[N, outChannels]`, of the features that an encoder's blocks return, `[N, H, W, C]` each. */
export type PoolingHead = Module & { forward(features: readonly tf.Tensor4D[]): tf.Tensor2D };

/** The mean of the last features over all positions, normalized, through one layer. */
class AdaptiveHead extends Module {
  readonly #norm: GroupNorm;
  readonly #conv: Conv2d;

  constructor({ channels, outChannels, normGroups }: PoolingHeadOptions) {
    super();
    this.#norm = this.child('0', normalization(channels, normGroups, 'silu'));
    this.#conv = this.child('3', convolution(2, channels, outChannels, { kernelSize: 1, zeroInit: true }));
  }

  forward(features: readonly tf.Tensor4D[]): tf.Tensor2D {
    const pooled = tf.mean<tf.Tensor4D>(this.#norm.forward(last(features)), [1, 2], true);
    return tf.squeeze(this.#conv.forward(pooled), [1, 2]);
  }
}

/** Attention pooling of the last features, normalized. */
class AttentionHead extends Module {
  readonly #norm: GroupNorm;
  readonly #pool: AttentionPool2d;

  constructor(options: PoolingHeadOptions) {
    super();
    this.#norm = this.child('0', normalization(options.channels, options.normGroups, 'silu'));
    this.#pool = this.child('2', new AttentionPool2d(options));
  }

  forward(features: readonly tf.Tensor4D[]): tf.Tensor2D {
    return this.#pool.forward(this.#norm.forward(last(features)));
  }
}

/** The means of the features of all blocks, through two layers with ReLU between them. */
class SpatialHead extends Module {
  readonly #first: Linear;
  readonly #second: Linear;

  constructor({ featureChannels, outChannels }: PoolingHeadOptions) {
    super();
    this.#first = this.child('0', new Linear(featureChannels, HIDDEN_CHANNELS));
    this.#second = this.child('2', new Linear(HIDDEN_CHANNELS, outChannels));
  }

  forward(features: readonly tf.Tensor4D[]): tf.Tensor2D {
    return this.#second.forward(tf.relu(this.#first.forward(means(features)))) as tf.Tensor2D;
  }
}

/** The means of the features of all blocks, through two layers with a group norm and SiLU between them. */
class SpatialV2Head extends Module {
  readonly #first: Linear;
  readonly #norm: GroupNorm;
  readonly #second: Linear;

  constructor({ featureChannels, outChannels, normGroups }: PoolingHeadOptions) {
    super();
    this.#first = this.child('0', new Linear(featureChannels, HIDDEN_CHANNELS));
    this.#norm = this.child('1', normalization(HIDDEN_CHANNELS, normGroups, 'silu'));
    this.#second = this.child('3', new Linear(HIDDEN_CHANNELS, outChannels));
  }

  forward(features: readonly tf.Tensor4D[]): tf.Tensor2D {
    return this.#second.forward(this.#norm.forward(this.#first.forward(means(features)))) as tf.Tensor2D;
  }
}

const heads = {
  adaptive: AdaptiveHead,
  attention: AttentionHead,
  spatial: SpatialHead,
  spatial_v2: SpatialV2Head,
} satisfies Record<EncoderUNetModelParams['pool'], new (options: PoolingHeadOptions) => PoolingHead>;

/** The published `out` of an EncoderUNetModel with this `pool`. */
export function poolingHead(pool: EncoderUNetModelParams['pool'], options: PoolingHeadOptions): PoolingHead {
  return new heads[pool](options);
}

function last(features: readonly tf.Tensor4D[]): tf.Tensor4D {
  const [feature] = features.slice(-1);
  if (!feature) throw new RangeError('a pooling head needs features');
  return feature;
}

function means(features: readonly tf.Tensor4D[]): tf.Tensor2D {
  return tf.concat(
    features.map((feature) => tf.mean<tf.Tensor2D>(feature, [1, 2])),
    1,
  );
}
