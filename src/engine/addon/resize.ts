import type { Id, Integers } from './types.js';

/** native/src/resize.cc. */
export interface ResizeOperations {
  /** `rows` and `columns` say for each output row and column which input row or column it shows. */
  resizeNearest(x: Id, rows: Integers, columns: Integers): Id;
  resizeNearestGrad(dy: Id, inputShape: Integers, rows: Integers, columns: Integers): Id;
}
