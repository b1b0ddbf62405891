import type { Id } from './types.js';

/** native/src/optim.cc. */
export interface OptimOperations {
  adamw(
    tensors: readonly Id[],
    count: number,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    weightDecay: number,
    step: number,
  ): void;
  ema(tensors: readonly Id[], count: number, decay: number): void;
  /** `sum += addend`; one shape. */
  accumulate(sum: Id, addend: Id): void;
}
