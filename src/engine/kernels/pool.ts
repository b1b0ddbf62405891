import * as tf from '@tensorflow/tfjs-core';
import type { Pair } from '../addon/index.js';
import { isFloat, kernel, type KernelTable, type X } from './kernel.js';
import { asFrames, frameWindows, ofFrames } from './pool-window.js';

type PoolInfo = tf.backend_util.Conv2DInfo;

function poolInfo(x: tf.TensorInfo, attrs: tf.AvgPoolAttrs): PoolInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const shape = x.shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Padding that is the same on both sides and reads the same windows, if there is one that LibTorch takes. */
function symmetricPadding(info: PoolInfo): Pair | undefined {
  const fits = (size: number, window: number, stride: number, before: number, out: number): boolean =>
    Math.floor((size + 2 * before - window) / stride) + 1 === out && 2 * before <= window;
  const { top, left } = info.padInfo;
  return fits(info.inHeight, info.filterHeight, info.strideHeight, top, info.outHeight) &&
    fits(info.inWidth, info.filterWidth, info.strideWidth, left, info.outWidth)
    ? [top, left]
    : undefined;
}

const windowOf = (info: PoolInfo): Pair => [info.filterHeight, info.filterWidth];
const strideOf = (info: PoolInfo): Pair => [info.strideHeight, info.strideWidth];

const pool = (name: 'avgPool' | 'maxPool') =>
  kernel<X, tf.AvgPoolAttrs>(({ x }, attrs, torch) => {
    if (!isFloat(x)) return undefined;
    const info = poolInfo(x, attrs);
    const padding = symmetricPadding(info);
    if (!padding) {
      const window = name === 'avgPool' ? 'windowMean' : 'windowMax';
      const id = torch.addon[window](torch.id(asFrames(x)), ...frameWindows(info));
      return ofFrames(id, info.outShape, 'float32', torch);
    }
    const sizes = [windowOf(info), strideOf(info), padding] as const;
    const id =
      name === 'avgPool'
        ? torch.addon.avgPool(torch.id(x), ...sizes)
        : torch.addon.maxPool(torch.id(x), ...sizes, [1, 1]);
    return torch.tensor(id, info.outShape, 'float32');
  });

const gradient = (name: 'avgPoolGrad' | 'maxPoolGrad') =>
  kernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, tf.AvgPoolAttrs>(({ dy, input }, attrs, torch) => {
    if (!isFloat(dy, input)) return undefined;
    const info = poolInfo(input, attrs);
    const padding = symmetricPadding(info);
    if (!padding) {
      const [slopes, image] = [torch.id(asFrames(dy)), torch.id(asFrames(input))];
      const sizes = frameWindows(info);
      const id =
        name === 'avgPoolGrad'
          ? torch.addon.windowMeanGrad(slopes, image, ...sizes)
          : torch.addon.windowMaxGrad(slopes, image, ...sizes, false);
      return ofFrames(id, input.shape, 'float32', torch);
    }
    const id = torch.addon[name](torch.id(dy), torch.id(input), windowOf(info), strideOf(info), padding);
    return torch.tensor(id, input.shape, 'float32');
  });

/** 2-d pooling and its gradients; LibTorch's own where padding is the same on both sides. */
export const poolKernels: KernelTable = {
  [tf.AvgPool]: pool('avgPool'),
  [tf.MaxPool]: pool('maxPool'),
  [tf.AvgPoolGrad]: gradient('avgPoolGrad'),
  [tf.MaxPoolGrad]: gradient('maxPoolGrad'),
};
