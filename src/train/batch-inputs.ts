import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import type { TensorBatch } from './lightning-module.js';

/**
 * The images of a batch, `[N, H, W, C]`; those without an axis for channels get one.
 * @param parameter the parameter that names them, for the message
 * @throws UserError when the batch has none of that name
 */
export function imagesOf(batch: TensorBatch, key: string, parameter: string): tf.Tensor4D {
  const images = tensorOf(batch, key, parameter, [3, 4]);
  return images.rank === 4 ? (images as tf.Tensor4D) : tf.expandDims(images, -1);
}

/**
 * The tensor of a name, of one of these ranks.
 * @throws UserError when the batch has none
 */
export function tensorOf(batch: TensorBatch, key: string, parameter: string, ranks?: readonly number[]): tf.Tensor {
  const tensor = batch[key];
  if (!(tensor instanceof tf.Tensor) || ranks?.includes(tensor.rank) === false) throw missingKey(batch, key, parameter);
  return tensor;
}

/**
 * The tensor, or the texts, of a name.
 * @throws UserError when the batch has neither
 */
export function tensorOrTextsOf(batch: TensorBatch, key: string, parameter: string): tf.Tensor | readonly string[] {
  const found = batch[key];
  if (found === undefined) throw missingKey(batch, key, parameter);
  return found;
}

function missingKey(batch: TensorBatch, key: string, parameter: string): UserError {
  return new UserError({
    path: `model.params.${parameter}`,
    problem: 'the data set has nothing of that name and kind',
    found: key,
    expected: `one of ${Object.keys(batch).join(', ')}`,
  });
}
