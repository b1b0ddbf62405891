import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import type { TensorBatch } from '../train/lightning-module.js';

/**
 * The images of a batch, `[N, H, W, C]`; those without an axis for channels get one.
 * @param parameter the parameter that names them, for the message
 * @throws UserError when the batch has none of that name
 */
export function imagesOf(batch: TensorBatch, key: string, parameter: string): tf.Tensor4D {
  const images = batch[key];
  if (images?.rank === 4) return images as tf.Tensor4D;
  if (images?.rank === 3) return tf.expandDims(images, -1);
  throw missingKey(batch, key, parameter);
}

/**
 * The tensor of a name, of one of these ranks.
 * @throws UserError when the batch has none
 */
export function tensorOf(batch: TensorBatch, key: string, parameter: string, ranks?: readonly number[]): tf.Tensor {
  const tensor = batch[key];
  if (tensor === undefined || ranks?.includes(tensor.rank) === false) throw missingKey(batch, key, parameter);
  return tensor;
}

function missingKey(batch: TensorBatch, key: string, parameter: string): UserError {
  return new UserError({
    path: `model.params.${parameter}`,
    problem: 'the data set has nothing of that name and kind',
    found: key,
    expected: `one of ${Object.keys(batch).join(', ')}`,
  });
}
