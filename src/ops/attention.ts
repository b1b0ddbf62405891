import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import {
  Attention,
  AttentionGrad,
  QkvAttention,
  QkvAttentionGrad,
  type AttentionAttrs,
  type QkvAttentionAttrs,
} from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';

export interface AttentionOptions {
  /**
   * Bool, of four axes that broadcast to `[N, H, T, S]`: true where a query may attend to a key. A query that may
   * attend to none attends to all alike, as the published code has it, which fills masked scores with the lowest float.
   */
  readonly mask?: tf.Tensor;
  /** What scores are multiplied by; `1 / sqrt(d)` by default. */
  readonly scale?: number;
}

export interface QkvAttentionOptions {
  readonly numHeads: number;
  /** Whether the last axis is `[3, H, d]` (q, k and v are thirds of the whole) or `[H, 3, d]` (of each head). */
  readonly splitBeforeHeads: boolean;
}

const LOWEST = -3.4028234663852886e38;

tf.registerGradient({
  kernelName: Attention,
  saveAllInputs: true,
  outputsToSave: [true, true],
  gradFunc: (dy, saved, attrs) => {
    const inputs = saved.slice(0, -2);
    const [dq, dk, dv] = runNative(AttentionGrad, [firstOf(dy), ...saved.slice(-2), ...inputs], attrs);
    // Keyed by the place of the input.
    return { 0: () => dq as tf.Tensor, 1: () => dk as tf.Tensor, 2: () => dv as tf.Tensor };
  },
});

tf.registerGradient({
  kernelName: QkvAttention,
  inputsToSave: ['qkv'],
  outputsToSave: [true, true],
  gradFunc: (dy, saved, attrs) => {
    const [qkv, y, lse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { qkv: () => runNative(QkvAttentionGrad, { dy: firstOf(dy), qkv, y, lse }, attrs)[0] as tf.Tensor };
  },
});

/** The gradient of the result; the other outputs are kept for the gradient alone and have none. */
function firstOf(dys: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return (Array.isArray(dys) ? dys[0] : dys) as tf.Tensor;
}

/**
 * Scaled dot-product attention, `softmax(scale * q k^T) v` (Vaswani et al. 2017, eq. 1), head by head. With the native
 * form its memory is linear in the number of positions.
 *
 * @param q `[N, T, H, d]`
 * @param k `[N, S, H, d]`
 * @param v `[N, S, H, d]`
 * @returns `[N, T, H, d]`
 * @throws ShapeError when the shapes do not go together
 */
export function scaledDotProductAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  { mask, scale = 1 / Math.sqrt(q.shape[3]) }: AttentionOptions = {},
): tf.Tensor4D {
  const [batch, , heads, channels] = q.shape;
  const found = `[${q.shape.join(', ')}], [${k.shape.join(', ')}] and [${v.shape.join(', ')}]`;
  if (!tf.util.arraysEqual(k.shape, v.shape) || !tf.util.arraysEqual(k.shape, [batch, k.shape[1], heads, channels])) {
    throw new ShapeError('scaledDotProductAttention', 'q [N, T, H, d], k [N, S, H, d], v [N, S, H, d]', found);
  }
  return tf.tidy(() => {
    if (hasNativeKernel(Attention)) {
      const inputs = mask ? [q, k, v, mask] : [q, k, v];
      return runNative(Attention, inputs, { scale } satisfies AttentionAttrs)[0] as tf.Tensor4D;
    }
    const [qh, kh, vh] = [q, k, v].map((x) => tf.transpose(x, [0, 2, 1, 3])) as [tf.Tensor, tf.Tensor, tf.Tensor];
    // Scaled before the product, which is S / d times less work than after it.
    const scores = tf.matMul(tf.mul(qh, scale), kh, false, true);
    const allowed = mask ? tf.where(tf.broadcastTo(mask, scores.shape), scores, tf.fill(scores.shape, LOWEST)) : scores;
    return tf.transpose<tf.Tensor4D>(tf.matMul(tf.softmax(allowed), vh), [0, 2, 1, 3]);
  });
}

/**
 * Self-attention among positions, from the projection to queries, keys and values as it is.
 *
 * @param qkv `[N, T, 3 * H * d]`
 * @returns `[N, T, H * d]`
 * @throws ShapeError when the last axis does not divide into three parts of `numHeads` heads
 */
export function qkvAttention(qkv: tf.Tensor3D, { numHeads, splitBeforeHeads }: QkvAttentionOptions): tf.Tensor3D {
  const [batch, positions, width] = qkv.shape;
  const channels = width / (3 * numHeads);
  if (!Number.isInteger(channels)) {
    throw new ShapeError('qkvAttention', `[N, T, 3 * ${numHeads} heads * d]`, `[${qkv.shape.join(', ')}]`);
  }
  return tf.tidy(() => {
    if (hasNativeKernel(QkvAttention)) {
      const attrs: QkvAttentionAttrs = { numHeads, splitBeforeHeads, scale: 1 / Math.sqrt(channels) };
      return runNative(QkvAttention, { qkv }, attrs)[0] as tf.Tensor3D;
    }
    const split = splitBeforeHeads
      ? [batch, positions, 3, numHeads, channels]
      : [batch, positions, numHeads, 3, channels];
    const thirds = tf.unstack(tf.reshape(qkv, split), splitBeforeHeads ? 2 : 3);
    const [q, k, v] = thirds as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    return tf.reshape(scaledDotProductAttention(q, k, v), [batch, positions, numHeads * channels]);
  });
}
