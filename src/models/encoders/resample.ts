import * as tf from '@tensorflow/tfjs-core';
import type { AxisMatrix } from './interpolation.js';

/** Applies a resampling to one axis: `[..., columns, ...]` to `[..., rows, ...]`. */
export function resample<T extends tf.Tensor>(x: T, axis: number, { rows, columns, values }: AxisMatrix): T {
  return tf.tidy(() => {
    // As one product for each image, with all other axes side by side.
    const order = [0, axis, ...x.shape.keys()].filter((a, i) => i < 2 || (a !== 0 && a !== axis));
    const back = order.map((_, i) => order.indexOf(i));
    const turned = tf.transpose(x, order);
    const [batch = 0, , ...others] = turned.shape;
    const columnwise = tf.reshape(turned, [batch, columns, tf.util.sizeFromShape(others)]);
    const product = tf.matMul(tf.tensor3d(values, [1, rows, columns]), columnwise);
    return tf.transpose(tf.reshape(product, [batch, rows, ...others]), back) as T;
  });
}

/** Applies resamplings to both axes of images, `[N, H, W, C]`. @param along the resampling of an axis of this size */
export function resampleImage(x: tf.Tensor4D, along: (size: number) => AxisMatrix): tf.Tensor4D {
  return tf.tidy(() => [1, 2].reduce((h, axis) => resample(h, axis, along(x.shape[axis] ?? 0)), x));
}
