import * as tf from '@tensorflow/tfjs-core';
import type { HostBatch } from './dataset.js';

/** A batch on the engine: `image` float32 NHWC, `class_label` int32 [N] … */
export type TensorBatch = Readonly<Record<string, tf.Tensor>>;

/** Moves a batch to the engine. The caller disposes the tensors, see {@link disposeTensors}, or holds a tidy. */
export function toTensors(batch: HostBatch): TensorBatch {
  return Object.fromEntries(
    Object.entries(batch).map(([key, { data, shape }]) => [
      key,
      tf.tensor(data, [...shape], data instanceof Float32Array ? 'float32' : 'int32'),
    ]),
  );
}

export function disposeTensors(batch: TensorBatch): void {
  for (const tensor of Object.values(batch)) tensor.dispose();
}
