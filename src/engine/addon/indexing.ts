import type { Id, NativeDtype } from './types.js';

/** native/src/indexing.cc. */
export interface IndexingOperations {
  /** `x [batch, outer, size, inner]`, `indices [batch, n]` to `[batch, outer, n, inner]`. */
  gather(x: Id, indices: Id): Id;
  oneHot(indices: Id, depth: number, on: number, off: number, dtype: NativeDtype): Id;
  segmentSum(x: Id, segments: Id, count: number): Id;
}
