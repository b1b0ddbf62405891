import type { Id, Integers } from './types.js';

/** native/src/layout.cc. */
export interface LayoutOperations {
  transpose(x: Id, order: Integers): Id;
  concat(tensors: readonly Id[], axis: number): Id;
  stack(tensors: readonly Id[], axis: number): Id;
  slice(x: Id, begin: Integers, size: Integers, stride: Integers): Id;
  split(x: Id, sizes: Integers, axis: number): Id[];
  unstack(x: Id, axis: number): Id[];
  /** Widths before and after, axis by axis. */
  pad(x: Id, widths: Integers, value: number): Id;
  tile(x: Id, repeats: Integers): Id;
  reverse(x: Id, axes: Integers): Id;
}
