import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, GroupNorm, Module } from '../../../nn/index.js';
import { upsampleConv2d, upsampleNearest } from '../../../ops/index.js';

const NUM_GROUPS = 8;

/** What keeps the sum's variance near one, as published: about the root of two. */
const SCALE = 1.44;

/**
 * The article's residual layer: a 1x1 convolution, whose result is also what the layer is residual to, normalization
 * and SiLU, a 3x3 convolution, normalization and SiLU.
 */
export class ConvResidualLayer extends Module {
  readonly #conv1: Conv2d;
  readonly #norm1: GroupNorm;
  readonly #conv2: Conv2d;
  readonly #norm2: GroupNorm;
  readonly #upsample: boolean;

  /** @param upsample whether the published network doubles height and width right before this layer */
  constructor(inChannels: number, outChannels: number, { upsample = false }: { readonly upsample?: boolean } = {}) {
    super();
    this.#upsample = upsample;
    const norm = { numGroups: NUM_GROUPS, activation: 'silu' } as const;
    this.#conv1 = this.child('conv1', new Conv2d(inChannels, outChannels, { kernelSize: 1 }));
    this.#norm1 = this.child('gn1', new GroupNorm(outChannels, norm));
    this.#conv2 = this.child('conv2', new Conv2d(outChannels, outChannels, { kernelSize: 3, padding: 1 }));
    this.#norm2 = this.child('gn2', new GroupNorm(outChannels, norm));
  }

  /** `[N, H, W, inChannels]` to `[N, H', W', outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      // A 1x1 convolution, the statistics of a normalization and SiLU are the same of an image and of its nearest-
      // neighbour enlargement, so that the enlargement can wait.
      const residual = this.#conv1.forward(x);
      const activated = this.#norm1.forward(residual);
      const { weight, bias } = this.#conv2;
      const h = this.#upsample
        ? upsampleConv2d(activated, weight.value as tf.Tensor4D, bias.value)
        : this.#conv2.forward(activated);
      const sum = tf.add<tf.Tensor4D>(this.#norm2.forward(h), this.#upsample ? upsampleNearest(residual) : residual);
      return tf.div(sum, SCALE);
    });
  }
}
