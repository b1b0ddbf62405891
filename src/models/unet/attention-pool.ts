import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { Linear, Module, pointwise, transposed, type Parameter } from '../../nn/index.js';
import { qkvAttention } from '../../ops/index.js';

export interface AttentionPoolOptions {
  /** Height and width of the images. */
  readonly size: number;
  readonly channels: number;
  readonly headChannels: number;
  readonly outChannels: number;
}

/**
 * Pools an image into the vector that its mean attends to, among all positions and itself (Radford et al. 2021,
 * section 2.4; `openaimodel.AttentionPool2d`).
 */
export class AttentionPool2d extends Module {
  readonly #numHeads: number;
  readonly #positionalEmbedding: Parameter;
  readonly #qkvProj: Linear;
  readonly #cProj: Linear;

  constructor({ size, channels, headChannels, outChannels }: AttentionPoolOptions) {
    super();
    this.#numHeads = channels / headChannels;
    if (!Number.isInteger(this.#numHeads) || this.#numHeads < 1) {
      const expected = `heads of a number of channels that divides ${channels}`;
      throw new RangeError(`AttentionPool2d: expected ${expected}, found ${headChannels}`);
    }
    this.#positionalEmbedding = this.parameter('positional_embedding', {
      shape: [size ** 2 + 1, channels],
      init: (shape, generator) => tf.tidy(() => tf.div(generator.normal(shape), Math.sqrt(channels))),
      layout: transposed,
    });
    this.#qkvProj = this.child('qkv_proj', new Linear(channels, 3 * channels, { layout: pointwise }));
    this.#cProj = this.child('c_proj', new Linear(channels, outChannels, { layout: pointwise }));
  }

  /**
   * `[N, size, size, channels]` to `[N, outChannels]`.
   * @throws ShapeError when the image has another number of positions
   */
  forward(x: tf.Tensor4D): tf.Tensor2D {
    const [batch, height, width, channels] = x.shape;
    const positions = this.#positionalEmbedding.shape[0] ?? 0;
    if (height * width + 1 !== positions) {
      throw new ShapeError('AttentionPool2d', `an image of ${positions - 1} positions`, `[${x.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const image = tf.reshape<tf.Rank.R3>(x, [batch, height * width, channels]);
      const tokens = tf.concat([tf.mean<tf.Tensor3D>(image, 1, true), image], 1);
      const projected = this.#qkvProj.forward(tf.add(tokens, this.#positionalEmbedding.value)) as tf.Tensor3D;
      const attended = qkvAttention(projected, { numHeads: this.#numHeads, splitBeforeHeads: true });
      const ofMean = tf.reshape(tf.slice(attended, [0, 0, 0], [batch, 1, channels]), [batch, channels]);
      return this.#cProj.forward(ofMean) as tf.Tensor2D;
    });
  }
}
