import type { Id, Pair } from './types.js';

/** native/src/pool.cc. */
export interface PoolOperations {
  avgPool(x: Id, window: Pair, stride: Pair, padding: Pair): Id;
  avgPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, padding: Pair): Id;
  maxPool(x: Id, window: Pair, stride: Pair, padding: Pair, dilation: Pair): Id;
  maxPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, padding: Pair): Id;
}
