import type { FusedActivation, Id, Integers, Pair } from './types.js';

/** Stride, dilation, padding before the first row and column, output size, and whether the filter is depthwise. */
export type ConvGeometry = readonly [stride: Pair, dilation: Pair, before: Pair, output: Pair, depthwise: boolean];

/** native/src/conv.cc and upsample_conv.cc. */
export interface ConvOperations {
  conv2d(x: Id, filter: Id, ...geometry: ConvGeometry): Id;
  fusedConv2d(x: Id, filter: Id, bias: Id | undefined, ...rest: [...ConvGeometry, ...FusedActivation]): Id;
  conv2dInputGrad(dy: Id, filter: Id, inputShape: Integers, ...geometry: ConvGeometry): Id;
  conv2dFilterGrad(x: Id, dy: Id, filterShape: Integers, ...geometry: ConvGeometry): Id;
  upsampleConv2d(x: Id, filter: Id, bias: Id): Id;
  upsampleConv2dGrad(dy: Id, x: Id, filter: Id): [dx: Id, dfilter: Id, dbias: Id];
}
