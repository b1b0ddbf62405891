import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { Dropout, Linear, Module } from '../../nn/index.js';
import { scaledDotProductAttention } from '../../ops/index.js';

export interface CrossAttentionOptions {
  readonly queryChannels: number;
  /** Channels of the context; those of the queries where not given, as for self-attention. */
  readonly contextChannels?: number | undefined;
  readonly numHeads: number;
  readonly headChannels: number;
  readonly dropout?: number;
}

export interface CrossAttentionInputs {
  /** What attends, `[N, T, queryChannels]`. */
  readonly x: tf.Tensor3D;
  /** What is attended to, `[N, S, contextChannels]`; `x` itself where not given. */
  readonly context?: tf.Tensor3D | undefined;
  /** Bool, `[N, S]`: which positions of the context may be attended to. */
  readonly mask?: tf.Tensor | undefined;
}

/**
 * Multi-head attention from one sequence to another or to itself (Vaswani et al. 2017, section 3.2.2;
 * `ldm.modules.attention.CrossAttention`).
 */
export class CrossAttention extends Module {
  readonly #numHeads: number;
  readonly #headChannels: number;
  readonly #contextChannels: number;
  readonly #toQ: Linear;
  readonly #toK: Linear;
  readonly #toV: Linear;
  readonly #toOut: Linear;
  readonly #dropout: Dropout;

  constructor(options: CrossAttentionOptions) {
    super();
    const { queryChannels, contextChannels = queryChannels, numHeads, headChannels, dropout = 0 } = options;
    const innerChannels = numHeads * headChannels;
    if (!Number.isInteger(innerChannels) || numHeads < 1 || headChannels < 1) {
      const found = `${numHeads} heads of ${headChannels} channels`;
      throw new RangeError(`CrossAttention: expected at least one head of at least one channel, found ${found}`);
    }
    this.#numHeads = numHeads;
    this.#headChannels = headChannels;
    this.#contextChannels = contextChannels;
    this.#toQ = this.child('to_q', new Linear(queryChannels, innerChannels, { bias: false }));
    this.#toK = this.child('to_k', new Linear(contextChannels, innerChannels, { bias: false }));
    this.#toV = this.child('to_v', new Linear(contextChannels, innerChannels, { bias: false }));
    this.#toOut = this.child('to_out.0', new Linear(innerChannels, queryChannels));
    this.#dropout = this.child('to_out.1', new Dropout(dropout));
  }

  /**
   * @returns `[N, T, queryChannels]`
   * @throws ShapeError when the context, or `x` in its place, is not `[N, S, contextChannels]`, or the mask not `[N, S]`
   */
  forward({ x, context = x, mask }: CrossAttentionInputs): tf.Tensor3D {
    const [batch, positions] = x.shape;
    const [, length] = context.shape;
    if (!tf.util.arraysEqual(context.shape, [batch, length, this.#contextChannels])) {
      const found = `${context === x ? 'no context, and x ' : ''}[${context.shape.join(', ')}]`;
      throw new ShapeError('CrossAttention', `a context [${batch}, S, ${this.#contextChannels}]`, found);
    }
    if (mask && !tf.util.arraysEqual(mask.shape, [batch, length])) {
      throw new ShapeError('CrossAttention', `a mask [${batch}, ${length}]`, `[${mask.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const [q, k, v] = [this.#toQ.forward(x), this.#toK.forward(context), this.#toV.forward(context)].map(
        (projected) => tf.reshape(projected, [batch, -1, this.#numHeads, this.#headChannels]),
      ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const allowed = mask && tf.reshape(mask, [batch, 1, 1, length]);
      const attended = scaledDotProductAttention(q, k, v, { ...(allowed && { mask: allowed }) });
      const joined = tf.reshape(attended, [batch, positions, this.#numHeads * this.#headChannels]);
      return this.#dropout.forward(this.#toOut.forward(joined)) as tf.Tensor3D;
    });
  }
}
