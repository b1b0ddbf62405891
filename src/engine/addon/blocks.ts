import type { Id, Integers } from './types.js';

/** native/src/blocks.cc. Widths are before and after, axis by axis. */
export interface BlocksOperations {
  spaceToBatch(x: Id, blocks: Integers, paddings: Integers): Id;
  batchToSpace(x: Id, blocks: Integers, crops: Integers): Id;
  depthToSpace(x: Id, block: number): Id;
  mirrorPad(x: Id, widths: Integers, symmetric: boolean): Id;
  /** `[size, size]` of a tensor of `size` values. */
  diag(x: Id): Id;
}
