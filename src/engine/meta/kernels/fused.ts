import type * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  Geglu,
  Gelu,
  GroupNorm,
  GroupNormScaleShift,
  L1Loss,
  LayerNorm,
  MseLoss,
  PhiloxNormal,
  PhiloxUniform,
  PixelValues,
  QkvAttention,
  Silu,
  SoftmaxCrossEntropy,
  UpsampleConv2d,
  type GroupNormAttrs,
  type MeanErrorAttrs,
  type PhiloxAttrs,
  type PixelValuesAttrs,
  type QkvAttentionAttrs,
} from '../../../ops/kernels/index.js';
import { metaKernel, sizeOf, under, type MetaKernelTable, type X } from './kernel.js';

const likeX = metaKernel<X>(({ x }, _, meta) => meta.tensor(x.shape, x.dtype));

const groupNorm = metaKernel<X, GroupNormAttrs>(({ x }, { numGroups }, meta) => {
  const statistics = [x.shape[0] ?? 0, numGroups];
  return [x.shape, statistics, statistics].map((shape) => meta.tensor(shape, 'float32'));
});

const meanError = metaKernel<{ prediction: tf.TensorInfo }, MeanErrorAttrs>(({ prediction }, { reduction }, meta) =>
  meta.tensor(reduction === 'perSample' ? prediction.shape.slice(0, 1) : [], 'float32'),
);

/** What is made of no tensors. */
const made = metaKernel<unknown, PhiloxAttrs | PixelValuesAttrs>((_, { shape }, meta) => meta.tensor(shape, 'float32'));

/**
 * Our own kernels that the native engine has, so that what is kept for the backward pass is what that engine keeps. Those
 * left out are for training, or composed.
 */
export const fusedKernels: MetaKernelTable = {
  ...under([Silu, Gelu], likeX),
  [Geglu]: metaKernel<X>(({ x }, _, meta) => meta.tensor(x.shape.with(-1, (x.shape.at(-1) ?? 0) / 2), x.dtype)),
  ...under([GroupNorm, GroupNormScaleShift], groupNorm),
  [LayerNorm]: metaKernel<X>(({ x }, _, meta) => {
    const statistics = x.shape.slice(0, -1);
    return [x.shape, statistics, statistics].map((shape) => meta.tensor(shape, 'float32'));
  }),
  [Attention]: metaKernel<readonly tf.TensorInfo[]>((tensors, _, meta) => {
    const [q, k] = tensors as [tf.TensorInfo, tf.TensorInfo];
    const [batch = 0, queries = 0, heads = 0] = q.shape;
    // The scores, then their product with the values.
    meta.countMultiplyAdds(2 * sizeOf(q.shape) * (k.shape[1] ?? 0));
    return [meta.tensor(q.shape, 'float32'), meta.tensor([batch, heads, queries], 'float32')];
  }),
  [QkvAttention]: metaKernel<{ qkv: tf.TensorInfo }, QkvAttentionAttrs>(({ qkv }, { numHeads }, meta) => {
    const [batch = 0, positions = 0, width = 0] = qkv.shape;
    const shape = [batch, positions, width / 3];
    meta.countMultiplyAdds(2 * sizeOf(shape) * positions);
    return [meta.tensor(shape, 'float32'), meta.tensor([batch, numHeads, positions], 'float32')];
  }),
  // As the convolution of the enlarged image that it stands for: the native form needs a quarter.
  [UpsampleConv2d]: metaKernel<X & { filter: tf.TensorInfo }>(({ x, filter }, _, meta) => {
    const [batch = 0, height = 0, width = 0] = x.shape;
    meta.countMultiplyAdds(batch * 4 * height * width * sizeOf(filter.shape));
    return meta.tensor([batch, 2 * height, 2 * width, filter.shape[3] ?? 0], 'float32');
  }),
  ...under([MseLoss, L1Loss], meanError),
  [SoftmaxCrossEntropy]: metaKernel<{ labels: tf.TensorInfo }>(({ labels }, _, meta) => [
    meta.tensor(labels.shape, 'float32'),
    meta.tensor(labels.shape, 'float32'),
  ]),
  ...under([PhiloxNormal, PhiloxUniform, PixelValues], made),
};
