import * as tf from '@tensorflow/tfjs-core';
import type { WindowGeometry } from '../addon/index.js';
import type { TorchBackend } from '../torch-backend.js';
import { isFloat, kernel, type KernelTable, type X } from './kernel.js';

type Pool2DInfo = tf.backend_util.Conv2DInfo;
type Pool3DInfo = tf.backend_util.Conv3DInfo;

/** A batch of 2-d images as 3-d images of one frame. */
export const asFrames = ({ dataId, dtype, shape: [batch = 0, ...rest] }: tf.TensorInfo): tf.TensorInfo => ({
  dataId,
  dtype,
  shape: [batch, 1, ...rest],
});

/** 2-d windows as 3-d windows on such images. */
export const frameWindows = (info: Pool2DInfo): WindowGeometry => [
  [1, info.filterHeight, info.filterWidth],
  [1, info.strideHeight, info.strideWidth],
  [0, info.padInfo.top, info.padInfo.left],
  [1, info.outHeight, info.outWidth],
];

/** The native result in tfjs's shape: the addon's has an axis of frames. */
export function ofFrames(id: number, shape: number[], dtype: 'float32' | 'int32', torch: TorchBackend): tf.TensorInfo {
  const [batch = 0, ...rest] = shape;
  return { ...torch.tensor(id, [batch, 1, ...rest], dtype), shape };
}

function pool3dInfo(shape: number[], attrs: tf.AvgPool3DAttrs): Pool3DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const image = shape as [number, number, number, number, number];
  return tf.backend_util.computePool3DInfo(image, filterSize, strides, 1, pad, dimRoundingMode);
}

const windows = (info: Pool3DInfo): WindowGeometry => [
  [info.filterDepth, info.filterHeight, info.filterWidth],
  [info.strideDepth, info.strideHeight, info.strideWidth],
  [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  [info.outDepth, info.outHeight, info.outWidth],
];

const pool3d = (name: 'windowMax' | 'windowMean') =>
  kernel<X, tf.AvgPool3DAttrs>(({ x }, attrs, torch) => {
    if (!isFloat(x)) return undefined;
    const info = pool3dInfo(x.shape, attrs);
    return torch.tensor(torch.addon[name](torch.id(x), ...windows(info)), info.outShape, 'float32');
  });

type GradientInputs = { dy: tf.TensorInfo; input: tf.TensorInfo };

/** 3-d pooling and its gradients, and 2-d maxima with their places. */
export const poolWindowKernels: KernelTable = {
  [tf.AvgPool3D]: pool3d('windowMean'),
  [tf.MaxPool3D]: pool3d('windowMax'),
  [tf.AvgPool3DGrad]: kernel<GradientInputs, tf.AvgPool3DAttrs>(({ dy, input }, attrs, torch) => {
    if (!isFloat(dy, input)) return undefined;
    const sizes = windows(pool3dInfo(input.shape, attrs));
    return torch.tensor(torch.addon.windowMeanGrad(torch.id(dy), torch.id(input), ...sizes), input.shape, 'float32');
  }),
  [tf.MaxPool3DGrad]: kernel<GradientInputs, tf.AvgPool3DAttrs>(({ dy, input }, attrs, torch) => {
    if (!isFloat(dy, input)) return undefined;
    const sizes = windows(pool3dInfo(input.shape, attrs));
    // Of equal maxima tfjs takes the last here, and the first in 2-d pooling.
    const id = torch.addon.windowMaxGrad(torch.id(dy), torch.id(input), ...sizes, true);
    return torch.tensor(id, input.shape, 'float32');
  }),
  [tf.MaxPoolWithArgmax]: kernel<X, tf.MaxPoolWithArgmaxAttrs>(({ x }, attrs, torch) => {
    if (!isFloat(x)) return undefined;
    const { filterSize, strides, pad, includeBatchInIndex } = attrs;
    const shape = x.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, [1, 1], pad);
    const image = torch.id(asFrames(x));
    const sizes = frameWindows(info);
    return [
      ofFrames(torch.addon.windowMax(image, ...sizes), info.outShape, 'float32', torch),
      ofFrames(torch.addon.windowArgMax(image, ...sizes, includeBatchInIndex), info.outShape, 'int32', torch),
    ];
  }),
};
