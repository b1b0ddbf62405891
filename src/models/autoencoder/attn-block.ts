import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Module, type GroupNorm } from '../../nn/index.js';
import { scaledDotProductAttention } from '../../ops/index.js';
import { normalize } from './normalize.js';

/** Self-attention over the positions of an image with one head and a skip (`model.AttnBlock`). */
export class AttnBlock extends Module {
  readonly #norm: GroupNorm;
  readonly #q: Conv2d;
  readonly #k: Conv2d;
  readonly #v: Conv2d;
  readonly #projOut: Conv2d;

  constructor(channels: number) {
    super();
    const projection = () => new Conv2d(channels, channels, { kernelSize: 1 });
    this.#norm = this.child('norm', normalize(channels));
    this.#q = this.child('q', projection());
    this.#k = this.child('k', projection());
    this.#v = this.child('v', projection());
    this.#projOut = this.child('proj_out', projection());
  }

  /** `[N, H, W, channels]` to the same. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width, channels] = x.shape;
    return tf.tidy(() => {
      const normalized = this.#norm.forward(x);
      const asHead = (projection: Conv2d) =>
        tf.reshape<tf.Rank.R4>(projection.forward(normalized), [batch, height * width, 1, channels]);
      const attended = scaledDotProductAttention(asHead(this.#q), asHead(this.#k), asHead(this.#v));
      return tf.add(x, this.#projOut.forward(tf.reshape(attended, x.shape)));
    });
  }
}
