import * as tf from '@tensorflow/tfjs-core';

/** The mean squared error of each sample: `[N, ...]` to `[N]`. */
export function l2PerSample(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => {
    const axes = Array.from({ length: target.rank - 1 }, (_, i) => i + 1);
    return tf.mean(tf.squaredDifference(prediction, target), axes);
  });
}
