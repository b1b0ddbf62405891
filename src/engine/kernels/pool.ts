import * as tf from '@tensorflow/tfjs-core';
import type { Pair } from '../addon/index.js';
import { isFloat, kernel, type KernelTable, type X } from './kernel.js';

type PoolInfo = tf.backend_util.Conv2DInfo;

function poolInfo(x: tf.TensorInfo, attrs: tf.AvgPoolAttrs): PoolInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const shape = x.shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Padding that is the same on both sides and reads the same windows, if there is one that LibTorch takes. */
function symmetricPadding(info: PoolInfo): Pair | undefined {
  const fits = (size: number, window: number, stride: number, before: number, out: number): boolean =>
    out > 0 && Math.floor((size + 2 * before - window) / stride) + 1 === out && 2 * before <= window;
  const { top, left } = info.padInfo;
  return fits(info.inHeight, info.filterHeight, info.strideHeight, top, info.outHeight) &&
    fits(info.inWidth, info.filterWidth, info.strideWidth, left, info.outWidth)
    ? [top, left]
    : undefined;
}

const windowOf = (info: PoolInfo): Pair => [info.filterHeight, info.filterWidth];
const strideOf = (info: PoolInfo): Pair => [info.strideHeight, info.strideWidth];

const beforeOf = (info: PoolInfo): Pair => [info.padInfo.top, info.padInfo.left];
const outputOf = (info: PoolInfo): Pair => [info.outHeight, info.outWidth];

type GradientInputs = { dy: tf.TensorInfo; input: tf.TensorInfo };

/** 2-d pooling and its gradients; a mean only where padding is the same on both sides. */
export const poolKernels: KernelTable = {
  [tf.AvgPool]: kernel<X, tf.AvgPoolAttrs>(({ x }, attrs, torch) => {
    const info = poolInfo(x, attrs);
    const padding = symmetricPadding(info);
    if (!isFloat(x) || !padding) return undefined;
    const id = torch.addon.avgPool(torch.id(x), windowOf(info), strideOf(info), padding);
    return torch.tensor(id, info.outShape, 'float32');
  }),
  [tf.MaxPool]: kernel<X, tf.MaxPoolAttrs>(({ x }, attrs, torch) => {
    if (!isFloat(x)) return undefined;
    const info = poolInfo(x, attrs);
    // As tfjs has it, whatever the strides and the padding.
    if (info.filterHeight * info.filterWidth === 1 && tf.util.arraysEqual(x.shape, info.outShape))
      return torch.share(x);
    const id = torch.addon.maxPool(torch.id(x), windowOf(info), strideOf(info), beforeOf(info), outputOf(info));
    return torch.tensor(id, info.outShape, 'float32');
  }),
  [tf.AvgPoolGrad]: kernel<GradientInputs, tf.AvgPoolAttrs>(({ dy, input }, attrs, torch) => {
    const info = poolInfo(input, attrs);
    const padding = symmetricPadding(info);
    // tfjs forgets the rounding mode on the way to the gradient: what it then reads is for the CPU backend to say.
    if (!isFloat(dy, input) || !padding || !tf.util.arraysEqual(dy.shape, info.outShape)) return undefined;
    const id = torch.addon.avgPoolGrad(torch.id(dy), torch.id(input), windowOf(info), strideOf(info), padding);
    return torch.tensor(id, input.shape, 'float32');
  }),
  [tf.MaxPoolGrad]: kernel<GradientInputs, tf.MaxPoolAttrs>(({ dy, input }, attrs, torch) => {
    if (!isFloat(dy, input)) return undefined;
    const info = poolInfo(input, attrs);
    const id = torch.addon.maxPoolGrad(torch.id(dy), torch.id(input), windowOf(info), strideOf(info), beforeOf(info));
    return torch.tensor(id, input.shape, 'float32');
  }),
};
