import type { Id, Pair } from './types.js';

/** native/src/pool.cc. */
export interface PoolOperations {
  avgPool(x: Id, window: Pair, stride: Pair, padding: Pair): Id;
  avgPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, padding: Pair): Id;
  /** `before` is the padding before the first row and column; what follows the last is given by the output's size. */
  maxPool(x: Id, window: Pair, stride: Pair, before: Pair, output: Pair): Id;
  maxPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, before: Pair): Id;
}
