import type { Id, Integers, Triple } from './types.js';

/** Stride, dilation, padding before the first frame, row and column, and output size. */
export type Conv3DGeometry = readonly [stride: Triple, dilation: Triple, before: Triple, output: Triple];

/** native/src/conv3d.cc. */
export interface Conv3DOperations {
  conv3d(x: Id, filter: Id, ...geometry: Conv3DGeometry): Id;
  conv3dInputGrad(dy: Id, filter: Id, inputShape: Integers, ...geometry: Conv3DGeometry): Id;
  conv3dFilterGrad(x: Id, dy: Id, filterShape: Integers, ...geometry: Conv3DGeometry): Id;
}
