import type { FusedActivation, Id } from './types.js';

/** native/src/matmul.cc. */
export interface MatmulOperations {
  matmul(a: Id, b: Id, transposeA: boolean, transposeB: boolean): Id;
  fusedMatmul(
    a: Id,
    b: Id,
    transposeA: boolean,
    transposeB: boolean,
    bias: Id | undefined,
    ...activation: FusedActivation
  ): Id;
}
