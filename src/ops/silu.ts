import * as tf from '@tensorflow/tfjs-core';

/** Sigmoid-weighted linear unit, `x * sigmoid(x)` (Elfwing et al. 2017); same shape as `x`. Its gradient keeps only `x`. */
export const silu = tf.customGrad((...args) => {
  const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
  save([x]);
  return {
    value: tf.mul(x, tf.sigmoid(x)),
    gradFunc: (dy: tf.Tensor, [saved = x]: tf.Tensor[]) => {
      const sigmoid = tf.sigmoid(saved);
      return tf.mul(dy, tf.mul(sigmoid, tf.add(tf.mul(saved, tf.sub(1, sigmoid)), 1)));
    },
  };
}) as <T extends tf.Tensor>(x: T) => T;
