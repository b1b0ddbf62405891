import * as tf from '@tensorflow/tfjs-core';
import { Linear, Module, normal, zeros, type Parameter } from '../../../nn/index.js';
import { linear, qkvAttention, scaledDotProductAttention } from '../../../ops/index.js';

/** Self-attention under the names of `torch.nn.MultiheadAttention`: one projection to queries, keys and values. */
export class MultiheadAttention extends Module {
  readonly #numHeads: number;
  readonly #inWeight: Parameter;
  readonly #inBias: Parameter;
  readonly #outProj: Linear;

  constructor(width: number, numHeads: number) {
    super();
    this.#numHeads = numHeads;
    this.#inWeight = this.parameter('in_proj_weight', { shape: [3 * width, width], init: normal(width ** -0.5) });
    this.#inBias = this.parameter('in_proj_bias', { shape: [3 * width], init: zeros });
    this.#outProj = this.child('out_proj', new Linear(width, width));
  }

  /**
   * @param x `[N, T, width]`
   * @param mask bool `[1, 1, T, T]`, true where a position (third axis) may attend to another
   * @returns `[N, T, width]`
   */
  forward(x: tf.Tensor3D, mask?: tf.Tensor): tf.Tensor3D {
    const [batch, positions, width] = x.shape;
    return tf.tidy(() => {
      const qkv = linear(x, this.#inWeight.value, this.#inBias.value) as tf.Tensor3D;
      if (!mask) {
        const attended = qkvAttention(qkv, { numHeads: this.#numHeads, splitBeforeHeads: true });
        return this.#outProj.forward(attended) as tf.Tensor3D;
      }
      const thirds = tf.unstack(tf.reshape(qkv, [batch, positions, 3, this.#numHeads, width / this.#numHeads]), 2);
      const [q, k, v] = thirds as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const attended = scaledDotProductAttention(q, k, v, { mask });
      return this.#outProj.forward(tf.reshape(attended, [batch, positions, width])) as tf.Tensor3D;
    });
  }
}
