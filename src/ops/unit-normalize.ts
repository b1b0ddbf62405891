import * as tf from '@tensorflow/tfjs-core';

/** Far below what the epsilon leaves visible; keeps the gradient finite where all is zero. */
const SMALLEST_SQUARE = 1e-30;

/**
 * Each vector along the last axis divided by `length + epsilon`; those that are all zero stay so. Its gradient keeps
 * only `x`, and computes the lengths anew.
 *
 * @returns a tensor of the shape of `x`
 */
export function unitNormalize<T extends tf.Tensor>(x: T, epsilon: number): T {
  const normalize = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    return {
      value: tf.div(input, tf.add(lengthOf(input), epsilon)),
      // dx = (dy - x (x . dy) / ((length + epsilon) length)) / (length + epsilon)
      gradFunc: (dy: tf.Tensor, [saved = input]: tf.Tensor[]) => {
        const length = lengthOf(saved);
        const divisor = tf.add(length, epsilon);
        const along = tf.div(sumOfVectors(tf.mul(saved, dy)), tf.mul(divisor, length));
        return tf.div(tf.sub(dy, tf.mul(saved, along)), divisor);
      },
    };
  });
  return tf.tidy(() => normalize(x)) as T;
}

function lengthOf(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.maximum(sumOfVectors(tf.square(x)), SMALLEST_SQUARE));
}

function sumOfVectors(x: tf.Tensor): tf.Tensor {
  return tf.sum(x, -1, true);
}
