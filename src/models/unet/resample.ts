import * as tf from '@tensorflow/tfjs-core';
import { Module, type Conv2d } from '../../nn/index.js';
import { upsampleConv2d, upsampleNearest } from '../../ops/index.js';
import { convolution, type Dims } from './convolution.js';

/** Halves the spatial axes by averaging, 2x2 blocks of an image or pairs of a sequence. */
export function downsampleAverage(x: tf.Tensor4D, dims: Dims): tf.Tensor4D {
  const window: [number, number] = [2, dims];
  return tf.avgPool(x, window, window, 'valid');
}

/** Doubles the spatial axes by nearest neighbour. */
export function upsample(x: tf.Tensor4D, dims: Dims): tf.Tensor4D {
  if (dims === 2) return upsampleNearest(x);
  const [batch, length, width, channels] = x.shape;
  return tf.tidy(() => tf.reshape(tf.concat([x, x], 2), [batch, 2 * length, width, channels]));
}

export interface ResampleOptions {
  readonly useConv: boolean;
  readonly dims: Dims;
  /** Channels of the result; those of the input where not given, and always without a convolution. */
  readonly outChannels?: number;
}

/** The published `Upsample`: nearest neighbour, then a convolution of size 3 where `useConv`. */
export class Upsample extends Module {
  readonly #dims: Dims;
  readonly #conv: Conv2d | undefined;

  constructor(channels: number, { useConv, dims, outChannels = channels }: ResampleOptions) {
    super();
    this.#dims = dims;
    if (useConv) this.#conv = this.child('conv', convolution(dims, channels, outChannels, { kernelSize: 3 }));
  }

  /** `[N, H, W, C]` to `[N, 2H, 2W, outChannels]`; a sequence `[N, L, 1, C]` to `[N, 2L, 1, outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    if (!this.#conv) return upsample(x, this.#dims);
    if (this.#dims === 1) return this.#conv.forward(upsample(x, 1));
    const { weight, bias } = this.#conv;
    return upsampleConv2d(x, weight.value as tf.Tensor4D, bias.value);
  }
}

/** The published `Downsample`: a convolution of size 3 and stride 2 where `useConv`, else an average of two by two. */
export class Downsample extends Module {
  readonly #dims: Dims;
  readonly #op: Conv2d | undefined;

  /** @throws RangeError when the channels are to change without a convolution */
  constructor(channels: number, { useConv, dims, outChannels = channels }: ResampleOptions) {
    super();
    this.#dims = dims;
    if (useConv) {
      this.#op = this.child('op', convolution(dims, channels, outChannels, { kernelSize: 3, stride: 2 }));
    } else if (outChannels !== channels) {
      throw new RangeError(
        `Downsample: expected ${channels} channels as in the input, there being no convolution, found ${outChannels}`,
      );
    }
  }

  /** `[N, H, W, C]` to `[N, H/2, W/2, outChannels]`; a sequence `[N, L, 1, C]` to `[N, L/2, 1, outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.#op?.forward(x) ?? downsampleAverage(x, this.#dims);
  }
}
