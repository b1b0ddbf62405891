import type { Id } from './types.js';

/** native/src/sequence.cc. */
export interface SequenceOperations {
  range(start: number, step: number, count: number, dtype: 'float32' | 'int32'): Id;
  cumprod(x: Id, axis: number, exclusive: boolean, reverse: boolean): Id;
  einsum(equation: string, tensors: readonly Id[]): Id;
}
