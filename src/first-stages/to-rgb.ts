import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../random/index.js';

/**
 * Maps of more than three channels as colours, `[N, H, W, C]` to `[N, H, W, 3]` in [-1, 1]: a random projection
 * (published as `to_rgb`).
 * @param colours the projection, `[C, 3]`, or what draws one: the same for each draw of the generator
 */
export function toRgb(x: tf.Tensor4D, colours: tf.Tensor2D | Generator): tf.Tensor4D {
  return tf.tidy(() => {
    const [n, h, w, channels] = x.shape;
    const projection = colours instanceof tf.Tensor ? colours : (colours.normal([channels, 3]) as tf.Tensor2D);
    const mixed = tf.matMul(tf.reshape<tf.Rank.R2>(tf.cast(x, 'float32'), [-1, channels]), projection);
    const [least, most] = [tf.min(mixed), tf.max(mixed)];
    const scaled = tf.sub(tf.mul(tf.div(tf.sub(mixed, least), tf.sub(most, least)), 2), 1);
    return tf.reshape(scaled, [n, h, w, 3]);
  });
}
