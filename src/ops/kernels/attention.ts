/**
 * Scaled dot-product attention. Inputs, an array: `q [N, T, H, d]`, `k [N, S, H, d]`, `v [N, S, H, d]` and optionally
 * a mask, bool, of four axes that broadcast to `[N, H, T, S]`, true where a query may attend to a key; outputs
 * `y [N, T, H, d]` and `lse [N, H, T]`, the logarithm of each softmax's denominator.
 */
export const Attention = 'Attention';
/** Inputs, an array: `dy`, `y`, `lse`, then those of Attention; outputs `dq`, `dk`, `dv`. */
export const AttentionGrad = 'AttentionGrad';

export type AttentionAttrs = {
  /** What scores are multiplied by. */
  readonly scale: number;
};

/**
 * Self-attention on one projection `qkv [N, T, 3 * H * d]`; outputs `y [N, T, H * d]` and `lse [N, H, T]`.
 * Nothing is copied apart to separate queries, keys and values.
 */
export const QkvAttention = 'QkvAttention';
/** Inputs `dy`, `qkv`, `y`, `lse` as in QkvAttention; output `dqkv`. */
export const QkvAttentionGrad = 'QkvAttentionGrad';

export type QkvAttentionAttrs = {
  readonly numHeads: number;
  /** Whether the last axis is `[3, H, d]` (q, k and v are thirds of the whole) or `[H, 3, d]` (of each head). */
  readonly splitBeforeHeads: boolean;
  readonly scale: number;
};
