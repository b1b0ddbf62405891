import type { Id } from './types.js';

/** native/src/sort.cc. */
export interface SortOperations {
  /** The k largest of each row of `x [rows, n]`, the first of equals first. */
  topK(x: Id, k: number): [values: Id, indices: Id];
  /** Where each of `values [rows, m]` would go in `sorted [rows, n]`: before its equals, or after them. */
  searchSorted(sorted: Id, values: Id, right: boolean): Id;
  /** The distinct slices of `x [outer, n, inner]`, in order of appearance, and which of them each slice is. */
  unique(x: Id): [values: Id, which: Id];
}
