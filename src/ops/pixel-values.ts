import * as tf from '@tensorflow/tfjs-core';
import { PixelValues, type PixelValuesAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';

/** Of each byte. */
const VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/**
 * Bytes 0..255 as float32 values in [-1, 1], `byte / 127.5 - 1`: the same bits on every engine.
 * @param bytes consecutive parts of the array, row-major; the tensor has a copy of them
 * @param shape of the whole
 * @throws RangeError where the parts together have another size
 */
export function pixelValues(bytes: readonly Uint8Array[], shape: readonly number[]): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  const found = bytes.reduce((sum, part) => sum + part.length, 0);
  if (found !== size) throw new RangeError(`pixelValues: ${found} bytes for the shape [${shape.join(', ')}]`);
  if (hasNativeKernel(PixelValues)) {
    const attrs: PixelValuesAttrs = { bytes, shape };
    return runNative(PixelValues, {}, attrs)[0] as tf.Tensor;
  }
  const values = new Float32Array(size);
  let at = 0;
  for (const part of bytes) for (const byte of part) values[at++] = VALUES[byte] ?? 0;
  return tf.tensor(values, [...shape], 'float32');
}
