import type { Id, Pair } from './types.js';

/**
 * native/src/pool.cc. `before` is the padding before the first row and column; what follows the last is given by the
 * output's size.
 */
export interface PoolOperations {
  avgPool(x: Id, window: Pair, stride: Pair, before: Pair, output: Pair): Id;
  avgPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, before: Pair): Id;
  maxPool(x: Id, window: Pair, stride: Pair, before: Pair, output: Pair): Id;
  maxPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, before: Pair): Id;
}
