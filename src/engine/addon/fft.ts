import type { Id } from './types.js';

/** native/src/fft.cc: complex tensors as their two parts. */
export interface FftOperations {
  fft(real: Id, imag: Id, inverse: boolean): [real: Id, imag: Id];
  complexAbs(real: Id, imag: Id): Id;
}
