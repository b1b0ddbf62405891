import type { Id } from './types.js';

/** native/src/sequence.cc. */
export interface SequenceOperations {
  range(start: number, step: number, count: number, dtype: 'float32' | 'int32'): Id;
  einsum(equation: string, tensors: readonly Id[]): Id;
}
