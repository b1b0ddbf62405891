import type { Id, Integers } from './types.js';

/** Reductions over distinct axes, none negative, which are dropped. */
export type ReduceName = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'all' | 'any';

/** native/src/reduce.cc. */
export type ReduceOperations = Record<ReduceName, (x: Id, axes: Integers) => Id> & {
  argMax(x: Id, axis: number): Id;
  argMin(x: Id, axis: number): Id;
  cumsum(x: Id, axis: number, exclusive: boolean, reverse: boolean): Id;
  cumprod(x: Id, axis: number, exclusive: boolean, reverse: boolean): Id;
  softmax(x: Id, axis: number): Id;
};
