import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Module } from '../../../nn/index.js';
import { upsampleConv2d } from '../../../ops/index.js';

/** diffusers' `Downsample2D` with its convolution: 3x3, stride 2. */
export class Downsample2D extends Module {
  readonly #conv: Conv2d;
  readonly #padding: 0 | 1;

  /** @param padding 1 for a pixel of zeros on every side, 0 for one at the bottom and the right only */
  constructor(channels: number, padding: 0 | 1) {
    super();
    this.#padding = padding;
    this.#conv = this.child('conv', new Conv2d(channels, channels, { kernelSize: 3, stride: 2, padding }));
  }

  /** `[N, H, W, C]` to `[N, H', W', C]`, halves rounded up with padding 1 and down with padding 0. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    if (this.#padding === 1) return this.#conv.forward(x);
    return tf.tidy(() => {
      const bottomRight: [number, number][] = [
        [0, 0],
        [0, 1],
        [0, 1],
        [0, 0],
      ];
      return this.#conv.forward(tf.pad(x, bottomRight));
    });
  }
}

/** diffusers' `Upsample2D` with its convolution: nearest neighbour, then 3x3. */
export class Upsample2D extends Module {
  readonly #conv: Conv2d;

  constructor(channels: number) {
    super();
    this.#conv = this.child('conv', new Conv2d(channels, channels, { kernelSize: 3, padding: 1 }));
  }

  /** `[N, H, W, C]` to `[N, 2H, 2W, C]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return upsampleConv2d(x, this.#conv.weight.value as tf.Tensor4D, this.#conv.bias.value);
  }
}
