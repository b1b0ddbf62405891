import * as tf from '@tensorflow/tfjs-core';
import { AccumulateInPlace } from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';

/**
 * Whether no other tensor has this tensor's data: clones and reshapes share it, variables and what is saved for a
 * gradient are clones. Only then may it be overwritten.
 */
function ownsItsData({ dataId }: tf.Tensor): boolean {
  return tf.backend().refCount(dataId) === 1;
}

/**
 * The sum of two tensors of one shape, taking over both: the result is the one that could be added into in place, or a
 * new tensor where the engine has no native form or both share their data with others.
 */
export function accumulate(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const sum = hasNativeKernel(AccumulateInPlace) ? [a, b].find(ownsItsData) : undefined;
  if (!sum) {
    const result = tf.add(a, b);
    tf.dispose([a, b]);
    return result;
  }
  const addend = sum === a ? b : a;
  runNative(AccumulateInPlace, [sum, addend], {});
  addend.dispose();
  return sum;
}
