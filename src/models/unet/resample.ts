import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Module } from '../../nn/index.js';
import { upsampleConv2d, upsampleNearest } from '../../ops/index.js';

/** Halves height and width by averaging 2x2 blocks. */
export function downsampleAverage(x: tf.Tensor4D): tf.Tensor4D {
  return tf.avgPool(x, 2, 2, 'valid');
}

/** The published `Upsample`: nearest neighbour, then a 3x3 convolution where `useConv`. */
export class Upsample extends Module {
  readonly #conv: Conv2d | undefined;

  constructor(channels: number, useConv: boolean, outChannels = channels) {
    super();
    if (useConv) this.#conv = this.child('conv', new Conv2d(channels, outChannels, { kernelSize: 3, padding: 1 }));
  }

  /** `[N, H, W, C]` to `[N, 2H, 2W, outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    if (!this.#conv) return upsampleNearest(x);
    const { weight, bias } = this.#conv;
    return upsampleConv2d(x, weight.value as tf.Tensor4D, bias.value);
  }
}

/** The published `Downsample`: a 3x3 convolution of stride 2 where `useConv`, else the average of 2x2 blocks. */
export class Downsample extends Module {
  readonly #op: Conv2d | undefined;

  constructor(channels: number, useConv: boolean, outChannels = channels) {
    super();
    if (useConv) {
      this.#op = this.child('op', new Conv2d(channels, outChannels, { kernelSize: 3, stride: 2, padding: 1 }));
    }
  }

  /** `[N, H, W, C]` to `[N, H/2, W/2, outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.#op?.forward(x) ?? downsampleAverage(x);
  }
}
