import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Dropout, Module, type GroupNorm } from '../../nn/index.js';
import { normalize } from './normalize.js';

export interface ResnetBlockOptions {
  readonly channels: number;
  readonly outChannels?: number;
  readonly dropout: number;
  /** Where the channels change, whether the skip is a 3x3 convolution rather than a 1x1 one. */
  readonly convShortcut?: boolean;
}

/** The residual block of the autoencoders (`model.ResnetBlock`), without the timestep embedding that they have none of. */
export class ResnetBlock extends Module {
  readonly #norm1: GroupNorm;
  readonly #conv1: Conv2d;
  readonly #norm2: GroupNorm;
  readonly #dropout: Dropout;
  readonly #conv2: Conv2d;
  readonly #shortcut: Conv2d | undefined;

  constructor({ channels, outChannels = channels, dropout, convShortcut = false }: ResnetBlockOptions) {
    super();
    const conv3 = { kernelSize: 3, padding: 1 };
    this.#norm1 = this.child('norm1', normalize(channels, 'silu'));
    this.#conv1 = this.child('conv1', new Conv2d(channels, outChannels, conv3));
    this.#norm2 = this.child('norm2', normalize(outChannels, 'silu'));
    this.#dropout = this.child('dropout', new Dropout(dropout));
    this.#conv2 = this.child('conv2', new Conv2d(outChannels, outChannels, conv3));
    if (outChannels === channels) return;
    this.#shortcut = convShortcut
      ? this.child('conv_shortcut', new Conv2d(channels, outChannels, conv3))
      : this.child('nin_shortcut', new Conv2d(channels, outChannels, { kernelSize: 1 }));
  }

  /** `[N, H, W, channels]` to `[N, H, W, outChannels]`. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const h = this.#conv1.forward(this.#norm1.forward(x));
      const out = this.#conv2.forward(this.#dropout.forward(this.#norm2.forward(h)));
      return tf.add(this.#shortcut?.forward(x) ?? x, out);
    });
  }
}
