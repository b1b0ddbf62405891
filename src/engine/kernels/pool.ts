import * as tf from '@tensorflow/tfjs-core';
import type { Pair } from '../addon/index.js';
import { isFloat, kernel, type KernelTable, type X } from './kernel.js';

type PoolInfo = tf.backend_util.Conv2DInfo;
type PoolAttrs = Pick<tf.AvgPoolAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;

function poolInfo(x: tf.TensorInfo, attrs: PoolAttrs): PoolInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const shape = x.shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

/** The windows' size, stride and padding before the first. */
const windowsOf = (info: PoolInfo): [Pair, Pair, Pair] => [
  [info.filterHeight, info.filterWidth],
  [info.strideHeight, info.strideWidth],
  [info.padInfo.top, info.padInfo.left],
];

const pool = (name: 'avgPool' | 'maxPool') =>
  kernel<X, PoolAttrs>(({ x }, attrs, torch) => {
    if (!isFloat(x)) return undefined;
    const info = poolInfo(x, attrs);
    const { outHeight, outWidth, outShape } = info;
    // As tfjs has it, whatever the strides and the padding.
    if (info.filterHeight * info.filterWidth === 1 && tf.util.arraysEqual(x.shape, outShape)) return torch.share(x);
    const id = torch.addon[name](torch.id(x), ...windowsOf(info), [outHeight, outWidth]);
    return torch.tensor(id, outShape, 'float32');
  });

/**
 * tfjs forgets the rounding mode on its way to the gradient. The windows, whose number alone depends on it, are those of
 * the output's gradient.
 */
const gradient = (name: 'avgPoolGrad' | 'maxPoolGrad') =>
  kernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, PoolAttrs>(({ dy, input }, attrs, torch) => {
    if (!isFloat(dy, input)) return undefined;
    const id = torch.addon[name](torch.id(dy), torch.id(input), ...windowsOf(poolInfo(input, attrs)));
    return torch.tensor(id, input.shape, 'float32');
  });

/** 2-d pooling and its gradients. */
export const poolKernels: KernelTable = {
  [tf.AvgPool]: pool('avgPool'),
  [tf.MaxPool]: pool('maxPool'),
  [tf.AvgPoolGrad]: gradient('avgPoolGrad'),
  [tf.MaxPoolGrad]: gradient('maxPoolGrad'),
};
