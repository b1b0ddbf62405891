import * as tf from '@tensorflow/tfjs-core';
import { pixelValues } from '../ops/index.js';
import type { HostArray, HostBatch, HostImages } from './dataset.js';
import { pixelMemory } from './pixel-memory.js';

/** A batch on the engine: `image` float32 NHWC, `class_label` int32 [N] …; texts stay what they are, one per example. */
export type TensorBatch = Readonly<Record<string, tf.Tensor | readonly string[]>>;

/** Whose memory was given back: what is in it now belongs to other images. */
const spent = new WeakSet<HostImages>();

/**
 * Moves a batch to the engine. Images that were decoded here leave their memory to the next ones, so that the batch is
 * spent. The caller disposes the tensors, see {@link disposeTensors}, or holds a tidy.
 * @throws Error on a batch that is spent
 */
export function toTensors(batch: HostBatch): TensorBatch {
  const tensors = mapBatch(batch, (value) => (isTexts(value) ? value : toTensor(value)));
  // Not before all are on the engine: two keys may have the same memory.
  for (const value of Object.values(batch)) if (!isTexts(value) && 'bytes' in value) giveBack(value);
  return tensors;
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

function toTensor(value: HostArray | HostImages): tf.Tensor {
  if (!('bytes' in value)) return arrayTensor(value);
  if (spent.has(value)) throw new Error('toTensors: the images of this batch have been moved to the engine before');
  return pixelValues(value.bytes, value.shape);
}

function giveBack(images: HostImages): void {
  for (const part of images.bytes) if (pixelMemory.giveBack(part)) spent.add(images);
}

function arrayTensor({ data, shape, oneHot }: HostArray): tf.Tensor {
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
