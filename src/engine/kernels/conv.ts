import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../addon/index.js';
import { withChannelsFirst } from './channels-first.js';
import { isFloat, kernel, type KernelTable } from './kernel.js';

type Conv2DInfo = tf.backend_util.Conv2DInfo;

interface ConvAttrs {
  readonly strides: [number, number] | number;
  /** Absent or null: 1. */
  readonly dilations?: [number, number] | number | null;
  readonly pad: tf.Conv2DAttrs['pad'];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function convInfo(x: number[], filter: number[], attrs: ConvAttrs, depthwise: boolean): Conv2DInfo {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

function geometry(info: Conv2DInfo, depthwise: boolean): ConvGeometry {
  return [
    [info.strideHeight, info.strideWidth],
    [info.dilationHeight, info.dilationWidth],
    [info.padInfo.top, info.padInfo.left],
    [info.outHeight, info.outWidth],
    depthwise,
  ];
}

/** Everything here is NHWC; channels-first.ts makes it that. */
const isNhwc = ({ dataFormat }: ConvAttrs): boolean => dataFormat !== 'NCHW';

type ForwardInputs = { x: tf.TensorInfo; filter: tf.TensorInfo };
type FusedInputs = ForwardInputs & { bias?: tf.TensorInfo | null; preluActivationWeights?: tf.TensorInfo | null };
type FusedAttrs = ConvAttrs & { activation?: string; leakyreluAlpha?: number };

const forward = (depthwise: boolean) =>
  kernel<ForwardInputs, ConvAttrs>(({ x, filter }, attrs, torch) => {
    if (!isFloat(x, filter) || !isNhwc(attrs)) return undefined;
    const info = convInfo(x.shape, filter.shape, attrs, depthwise);
    const id = torch.addon.conv2d(torch.id(x), torch.id(filter), ...geometry(info, depthwise));
    return torch.tensor(id, info.outShape, 'float32');
  });

const fused = (depthwise: boolean) =>
  kernel<FusedInputs, FusedAttrs>(({ x, filter, bias, preluActivationWeights }, attrs, torch) => {
    if (!isFloat(x, filter) || !isNhwc(attrs)) return undefined;
    const info = convInfo(x.shape, filter.shape, attrs, depthwise);
    const id = torch.addon.fusedConv2d(
      torch.id(x),
      torch.id(filter),
      bias ? torch.id(bias) : undefined,
      ...geometry(info, depthwise),
      attrs.activation ?? 'linear',
      preluActivationWeights ? torch.id(preluActivationWeights) : undefined,
      attrs.leakyreluAlpha ?? 0.2,
    );
    return torch.tensor(id, info.outShape, 'float32');
  });

const inputGradient = (depthwise: boolean) =>
  kernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, ConvAttrs & { inputShape: number[] }>(
    ({ dy, filter }, attrs, torch) => {
      if (!isFloat(dy, filter) || !isNhwc(attrs)) return undefined;
      const { inputShape } = attrs;
      const info = convInfo(inputShape, filter.shape, attrs, depthwise);
      // A transposed convolution may be asked for an output that its input does not fit: what tfjs then reads of it is
      // for the CPU backend to say.
      if (!tf.util.arraysEqual(dy.shape, info.outShape)) return undefined;
      const id = torch.addon.conv2dInputGrad(torch.id(dy), torch.id(filter), inputShape, ...geometry(info, depthwise));
      return torch.tensor(id, inputShape, 'float32');
    },
  );

const filterGradient = (depthwise: boolean) =>
  kernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, ConvAttrs & { filterShape: number[] }>(({ x, dy }, attrs, torch) => {
    if (!isFloat(x, dy) || !isNhwc(attrs)) return undefined;
    const { filterShape } = attrs;
    const info = convInfo(x.shape, filterShape, attrs, depthwise);
    const id = torch.addon.conv2dFilterGrad(torch.id(x), torch.id(dy), filterShape, ...geometry(info, depthwise));
    return torch.tensor(id, filterShape, 'float32');
  });

/** 2-d convolutions and their gradients. */
export const convKernels: KernelTable = {
  [tf.Conv2D]: withChannelsFirst(['x'], true, forward(false)),
  [tf.FusedConv2D]: withChannelsFirst(['x'], true, fused(false)),
  [tf.Conv2DBackpropInput]: withChannelsFirst(['dy'], true, inputGradient(false)),
  [tf.Conv2DBackpropFilter]: withChannelsFirst(['x', 'dy'], false, filterGradient(false)),
  [tf.DepthwiseConv2dNative]: forward(true),
  [tf.FusedDepthwiseConv2D]: fused(true),
  [tf.DepthwiseConv2dNativeBackpropInput]: inputGradient(true),
  [tf.DepthwiseConv2dNativeBackpropFilter]: filterGradient(true),
};
