import * as tf from '@tensorflow/tfjs-core';
import type { Conv3DGeometry } from '../addon/index.js';
import { isFloat, kernel, type KernelTable } from './kernel.js';

type Shape5D = [number, number, number, number, number];
type Strides = [number, number, number] | number;

interface Attrs {
  readonly strides: Strides;
  readonly pad: 'same' | 'valid';
  readonly dilations?: Strides;
}

function geometry(x: number[], filter: number[], attrs: Attrs): { output: number[]; geometry: Conv3DGeometry } {
  const { strides, pad, dilations = 1 } = attrs;
  const info = tf.backend_util.computeConv3DInfo(x as Shape5D, filter as Shape5D, strides, dilations, pad);
  const { padInfo } = info;
  return {
    output: info.outShape,
    geometry: [
      [info.strideDepth, info.strideHeight, info.strideWidth],
      [info.dilationDepth, info.dilationHeight, info.dilationWidth],
      [padInfo.front, padInfo.top, padInfo.left],
      [info.outDepth, info.outHeight, info.outWidth],
    ],
  };
}

/** 3-d convolutions and their gradients. */
export const conv3dKernels: KernelTable = {
  [tf.Conv3D]: kernel<{ x: tf.TensorInfo; filter: tf.TensorInfo }, Attrs>(({ x, filter }, attrs, torch) => {
    const { output, geometry: sizes } = geometry(x.shape, filter.shape, attrs);
    if (!isFloat(x, filter) || output.includes(0)) return undefined;
    return torch.tensor(torch.addon.conv3d(torch.id(x), torch.id(filter), ...sizes), output, 'float32');
  }),
  [tf.Conv3DBackpropInputV2]: kernel<
    { dy: tf.TensorInfo; filter: tf.TensorInfo },
    Attrs & { readonly inputShape: number[] }
  >(({ dy, filter }, { inputShape, ...attrs }, torch) => {
    if (!isFloat(dy, filter) || dy.shape.includes(0)) return undefined;
    const { geometry: sizes } = geometry(inputShape, filter.shape, attrs);
    const id = torch.addon.conv3dInputGrad(torch.id(dy), torch.id(filter), inputShape, ...sizes);
    return torch.tensor(id, inputShape, 'float32');
  }),
  [tf.Conv3DBackpropFilterV2]: kernel<
    { x: tf.TensorInfo; dy: tf.TensorInfo },
    Attrs & { readonly filterShape: number[] }
  >(({ x, dy }, { filterShape, ...attrs }, torch) => {
    if (!isFloat(x, dy) || dy.shape.includes(0)) return undefined;
    const { geometry: sizes } = geometry(x.shape, filterShape, attrs);
    const id = torch.addon.conv3dFilterGrad(torch.id(x), torch.id(dy), filterShape, ...sizes);
    return torch.tensor(id, filterShape, 'float32');
  }),
};
