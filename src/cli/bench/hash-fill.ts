import { crc32 } from '@node-rs/crc32';
import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../../nn/index.js';

/**
 * A weight as a pure function of its state_dict name and its shape in PyTorch layout: the same network with the same
 * weights in any language, without a file. Uniform with the variance 1 / fan_in; norms' scales lie around 1.
 */
export function hashFill(name: string, shape: readonly number[]): Float32Array {
  const count = tf.util.sizeFromShape([...shape]);
  const start = crc32(name);
  const values = new Float32Array(count);
  const scale = Math.fround(shape.length >= 2 ? Math.sqrt(3 / (count / (shape[0] ?? 1))) : 0.1);
  const offset = shape.length === 1 && name.endsWith('.weight') ? 1 : 0;
  for (let i = 0; i < count; i++) {
    const u = Math.fround(mix(i + start) / 2 ** 31 - 1);
    values[i] = offset + Math.fround(u * scale);
  }
  return values;
}

/** Gives every parameter of a module its values by `hashFill`. @param buffers whether also those that are not trained */
export function fillByName(module: Module, { buffers = true }: { buffers?: boolean } = {}): void {
  for (const [name, parameter] of module.namedParameters()) {
    if (parameter.isBuffer && !buffers) continue;
    const shape = parameter.publishedShape;
    tf.tidy(() => {
      parameter.load(tf.tensor(hashFill(name, shape), shape));
    });
  }
}

/** Murmur3's 32-bit finalizer. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
