/** Bytes as float32 values in [-1, 1]; no inputs, one output of the given shape. See src/ops/pixel-values.ts. */
export const PixelValues = 'PixelValues';

export type PixelValuesAttrs = {
  /** Consecutive parts of the array, row-major; read during the call and not kept. */
  readonly bytes: readonly Uint8Array[];
  readonly shape: readonly number[];
};
