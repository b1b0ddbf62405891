import type { Id, Integers } from './types.js';

/** native/src/pixels.cc. */
export interface PixelOperations {
  /** Consecutive parts of an array of bytes as float32 values in [-1, 1]. */
  pixelValues(bytes: readonly Uint8Array[], shape: Integers): Id;
}
