import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Module } from '../../nn/index.js';
import { conv2d, upsampleConv2d, upsampleNearest, type ExplicitPadding } from '../../ops/index.js';

const BELOW_AND_RIGHT: ExplicitPadding = [
  [0, 0],
  [0, 1],
  [0, 1],
  [0, 0],
];

/**
 * The published `Downsample`: a 3x3 convolution of stride 2 where `useConv`, else the average of 2x2 blocks. Zeros are
 * added below and on the right only, unlike in the UNet's.
 */
export class Downsample extends Module {
  readonly #conv: Conv2d | undefined;

  constructor(channels: number, useConv: boolean) {
    super();
    if (useConv) this.#conv = this.child('conv', new Conv2d(channels, channels, { kernelSize: 3, stride: 2 }));
  }

  /** `[N, H, W, channels]` to `[N, floor(H/2), floor(W/2), channels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    if (!this.#conv) return tf.avgPool(x, 2, 2, 'valid');
    const { weight, bias } = this.#conv;
    return conv2d(x, weight.value as tf.Tensor4D, bias.value, { strides: 2, pad: BELOW_AND_RIGHT });
  }
}

/** The published `Upsample`: nearest neighbour, then a 3x3 convolution where `useConv`. */
export class Upsample extends Module {
  readonly #conv: Conv2d | undefined;

  constructor(channels: number, useConv: boolean) {
    super();
    if (useConv) this.#conv = this.child('conv', new Conv2d(channels, channels, { kernelSize: 3, padding: 1 }));
  }

  /** `[N, H, W, channels]` to `[N, 2H, 2W, channels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    if (!this.#conv) return upsampleNearest(x);
    const { weight, bias } = this.#conv;
    return upsampleConv2d(x, weight.value as tf.Tensor4D, bias.value);
  }
}
