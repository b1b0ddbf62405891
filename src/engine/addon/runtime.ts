import type { Id, Integers, NativeDtype, NativeValues } from './types.js';

/** native/src/runtime.cc: tensors in and out of JavaScript, their lifetime, and settings. */
export interface RuntimeOperations {
  version(): string;
  threads(): number;
  setThreads(count: number): void;
  /** What convolutions and matrix products compute in, for the whole process; see native/src/precision.h. */
  setPrecision(precision: '32' | 'bf16-mixed'): void;
  /** Whether the processor multiplies bfloat16 numbers itself, oneDNN widens them for it, or neither. */
  bfloat16(): 'native' | 'emulated' | 'none';
  /** Live tensors, the bytes of their distinct storages, bytes kept for later tensors, and how many there may be. */
  memory(): { tensors: number; bytes: number; pooled: number; limit: number };
  /** Of the process: beyond it, tensors of the CPU are refused with an error of `requestedBytes`. */
  setMemoryLimit(bytes: number): void;
  write(values: NativeValues, shape: Integers, dtype: NativeDtype): Id;
  read(id: Id): NativeValues;
  dispose(id: Id): void;
  /** Another number for the same memory. */
  view(id: Id, shape: Integers): Id;
  shapeOf(id: Id): number[];
  dtypeOf(id: Id): NativeDtype;
}
