import type { Id } from './types.js';

/** native/src/attention.cc. */
export interface AttentionOperations {
  attention(q: Id, k: Id, v: Id, mask: Id | undefined, scale: number): [y: Id, lse: Id];
  attentionGrad(
    dy: Id,
    q: Id,
    k: Id,
    v: Id,
    y: Id,
    lse: Id,
    mask: Id | undefined,
    scale: number,
  ): [dq: Id, dk: Id, dv: Id];
  qkvAttention(qkv: Id, heads: number, splitBeforeHeads: boolean, scale: number): [y: Id, lse: Id];
  qkvAttentionGrad(dy: Id, qkv: Id, y: Id, lse: Id, heads: number, splitBeforeHeads: boolean, scale: number): Id;
}
