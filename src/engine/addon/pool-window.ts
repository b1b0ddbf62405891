import type { Id, Triple } from './types.js';

/** Window, stride, padding before the first frame, row and column, and output size. */
export type WindowGeometry = readonly [window: Triple, stride: Triple, before: Triple, output: Triple];

/** native/src/pool_window.cc: all of NDHWC images. */
export interface PoolWindowOperations {
  windowMax(x: Id, ...geometry: WindowGeometry): Id;
  windowMean(x: Id, ...geometry: WindowGeometry): Id;
  /** Of equal maxima the first one takes the gradient, or the last. */
  windowMaxGrad(dy: Id, x: Id, ...rest: [...WindowGeometry, lastOfEquals: boolean]): Id;
  windowMeanGrad(dy: Id, x: Id, ...geometry: WindowGeometry): Id;
  /** Flat int32 indices into each image, or into the batch. */
  windowArgMax(x: Id, ...rest: [...WindowGeometry, withBatch: boolean]): Id;
}
