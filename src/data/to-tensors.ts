import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, HostBatch } from './dataset.js';

/** A batch on the engine: `image` float32 NHWC, `class_label` int32 [N] …; texts stay what they are, one per example. */
export type TensorBatch = Readonly<Record<string, tf.Tensor | readonly string[]>>;

/** Moves a batch to the engine. The caller disposes the tensors, see {@link disposeTensors}, or holds a tidy. */
export function toTensors(batch: HostBatch): TensorBatch {
  return mapBatch(batch, (value) => (isTexts(value) ? value : toTensor(value)));
}

export function disposeTensors(batch: TensorBatch): void {
  for (const value of Object.values(batch)) if (!isTexts(value)) value.dispose();
}

/** How many examples a batch has. */
export function batchSize(batch: TensorBatch): number {
  const [value] = Object.values(batch);
  return (value === undefined ? undefined : isTexts(value) ? value.length : value.shape[0]) ?? 1;
}

/** The first examples of a batch; in a tidy, or the caller disposes them. */
export function firstExamples(batch: TensorBatch, count: number): TensorBatch {
  return mapBatch(batch, (value) => (isTexts(value) ? value.slice(0, count) : tf.slice(value, 0, count)));
}

function toTensor({ data, shape, oneHot }: HostArray): tf.Tensor {
  const tensor = tf.tensor(data, [...shape], data instanceof Float32Array ? 'float32' : 'int32');
  if (!oneHot) return tensor;
  const widened = tf.oneHot(tensor, oneHot.classes, 1, 0, oneHot.dtype);
  tensor.dispose();
  return widened;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function mapBatch<A, B>(batch: Readonly<Record<string, A>>, map: (value: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(batch).map(([key, value]) => [key, map(value)]));
}
