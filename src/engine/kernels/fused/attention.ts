import type * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  AttentionGrad,
  QkvAttention,
  QkvAttentionGrad,
  type AttentionAttrs,
  type QkvAttentionAttrs,
} from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

type Inputs = readonly [q: tf.TensorInfo, k: tf.TensorInfo, v: tf.TensorInfo, mask?: tf.TensorInfo];
type Results = readonly [dy: tf.TensorInfo, y: tf.TensorInfo, lse: tf.TensorInfo];
type QkvInputs = { qkv: tf.TensorInfo };
type QkvResults = { dy: tf.TensorInfo; y: tf.TensorInfo; lse: tf.TensorInfo };

export const attentionKernels: KernelTable = {
  [Attention]: kernel<Inputs, AttentionAttrs>(([q, k, v, mask], { scale }, torch) => {
    const [batch = 0, queries = 0, heads = 0] = q.shape;
    const maskId = mask && torch.id(mask);
    const [y, lse] = torch.addon.attention(torch.id(q), torch.id(k), torch.id(v), maskId, scale);
    return [torch.tensor(y, q.shape, 'float32'), torch.tensor(lse, [batch, heads, queries], 'float32')];
  }),
  [AttentionGrad]: kernel<readonly [...Results, ...Inputs], AttentionAttrs>((inputs, { scale }, torch) => {
    const [dy, y, lse, q, k, v, mask] = inputs;
    const [dq, dk, dv] = torch.addon.attentionGrad(
      torch.id(dy),
      torch.id(q),
      torch.id(k),
      torch.id(v),
      torch.id(y),
      torch.id(lse),
      mask && torch.id(mask),
      scale,
    );
    return [
      torch.tensor(dq, q.shape, 'float32'),
      torch.tensor(dk, k.shape, 'float32'),
      torch.tensor(dv, v.shape, 'float32'),
    ];
  }),
  [QkvAttention]: kernel<QkvInputs, QkvAttentionAttrs>(({ qkv }, attrs, torch) => {
    const { numHeads, splitBeforeHeads, scale } = attrs;
    const [batch = 0, positions = 0, width = 0] = qkv.shape;
    const [y, lse] = torch.addon.qkvAttention(torch.id(qkv), numHeads, splitBeforeHeads, scale);
    return [
      torch.tensor(y, [batch, positions, width / 3], 'float32'),
      torch.tensor(lse, [batch, numHeads, positions], 'float32'),
    ];
  }),
  [QkvAttentionGrad]: kernel<QkvInputs & QkvResults, QkvAttentionAttrs>((inputs, attrs, torch) => {
    const { dy, qkv, y, lse } = inputs;
    const { numHeads, splitBeforeHeads, scale } = attrs;
    const gradient = torch.addon.qkvAttentionGrad(
      torch.id(dy),
      torch.id(qkv),
      torch.id(y),
      torch.id(lse),
      numHeads,
      splitBeforeHeads,
      scale,
    );
    return torch.tensor(gradient, qkv.shape, 'float32');
  }),
};
