import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean over the pixels of an image, `[N, H, W, C]` to `[N, 1, 1, C]`. tf.mean's own gradient makes ones of the
 * image's size outside the engine.
 */
export function spatialMean(x: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape;
  const mean = tf.customGrad((...args) => ({
    value: tf.mean(args[0] as tf.Tensor, [1, 2], true),
    gradFunc: (dy: tf.Tensor) => tf.tile(tf.div(dy, height * width), [1, height, width, 1]),
  }));
  return tf.tidy(() => mean(x)) as tf.Tensor4D;
}
