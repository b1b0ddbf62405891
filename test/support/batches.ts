import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, HostBatch } from '../../src/data/dataset.js';
import type { TensorBatch } from '../../src/data/to-tensors.js';

/** The numbers of a batch under a key; images as the values that they stand for. */
export function arrayAt(batch: HostBatch, key: string): HostArray {
  const value = batch[key];
  if (value !== undefined && 'data' in value) return value;
  if (value === undefined || !('bytes' in value)) throw new Error(`the batch has no array "${key}"`);
  const bytes = value.bytes.flatMap((part) => [...part]);
  return { data: Float32Array.from(bytes, (byte) => byte / 127.5 - 1), shape: value.shape };
}

/** The tensor of a batch under a key. */
export function tensorAt(batch: TensorBatch, key: string): tf.Tensor {
  const value = batch[key];
  if (!(value instanceof tf.Tensor)) throw new Error(`the batch has no tensor "${key}"`);
  return value;
}
