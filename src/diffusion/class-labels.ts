import * as tf from '@tensorflow/tfjs-core';
import type { SampleRequest } from '../samplers/index.js';

/**
 * The classes of the images that are asked for, int32 `[count]`; undefined where there are no classes.
 * @throws RangeError when the number of labels is not the number of images, or a label is no class
 */
export function classLabels({ count, labels = [] }: SampleRequest, numClasses: number): tf.Tensor1D | undefined {
  if (labels.length !== (numClasses > 0 ? count : 0) || labels.some((label) => !(label < numClasses))) {
    throw new RangeError(`sample: ${count} images of ${numClasses} classes with labels ${labels.join(', ')}`);
  }
  return labels.length > 0 ? tf.tensor1d([...labels], 'int32') : undefined;
}

/** How many classes can be asked for of a network that takes labels of so many, where one may stand for none. */
export function classesBeside(nullClass: number | undefined, numClasses: number): number {
  return nullClass === numClasses - 1 ? nullClass : numClasses;
}
