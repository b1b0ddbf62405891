import type { Id, Integers } from './types.js';

/**
 * native/src/scatter.cc. A tensor indexed by vectors of k entries is a matrix here: its first k axes are the rows,
 * numbered by `strides`; indices are int32 `[n, k]`.
 */
export interface ScatterOperations {
  /** `x [rows, width]` to `[n, width]`. */
  gatherNd(x: Id, indices: Id, strides: Integers): Id;
  /** Updates `[n, width]` added up in zeros `[rows, width]`. */
  scatterNd(indices: Id, updates: Id, strides: Integers, rows: number): Id;
  /** `x [rows, width]` with updates `[n, width]`, or one value for all, in their places; the last one wins. */
  scatterUpdate(x: Id, indices: Id, updates: Id, strides: Integers): Id;
  sparseToDense(indices: Id, values: Id, otherwise: Id, strides: Integers, rows: number, width: number): Id;
  /** `x [rows, n]` of int32 to `[rows, size]`; weights of no entries are all 1. */
  bincount(x: Id, weights: Id, size: number, binary: boolean): Id;
}
