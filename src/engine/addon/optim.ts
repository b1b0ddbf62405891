import type { Id } from './types.js';

/** native/src/optim.cc. */
export interface OptimOperations {
  adam(
    tensors: readonly Id[],
    count: number,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    weightDecay: number,
    decoupled: boolean,
    step: number,
  ): void;
  ema(tensors: readonly Id[], count: number, decay: number): void;
  globalNorm(tensors: readonly Id[]): Id;
  clipGradients(tensors: readonly Id[], norm: Id, maxNorm: number): void;

  /** `sum += addend`; one shape. */
  accumulate(sum: Id, addend: Id): void;
}
