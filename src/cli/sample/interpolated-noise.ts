import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../random/index.js';

/**
 * Noise on the way from one draw to another, a row of it for each pair: spherical interpolation (Shoemake 1985), which
 * keeps it as strong as noise is everywhere (Song et al. 2021, appendix D.5).
 *
 * @param columns from one end of a row to the other, both included; at least 2
 * @returns `[rows * columns, ...shape]`
 */
export function interpolatedNoise(
  generator: Generator,
  { rows, columns, shape }: { rows: number; columns: number; shape: readonly [number, number, number] },
): tf.Tensor4D {
  return tf.tidy(() => {
    const size = tf.util.sizeFromShape([...shape]);
    const [from, to] = tf.split(tf.reshape(generator.normal([rows * 2, size]), [rows, 2, size]), 2, 1) as [
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const unit = (x: tf.Tensor3D): tf.Tensor => tf.div(x, tf.norm(x, 2, -1, true));
    const angle = tf.acos(tf.clipByValue(tf.sum(tf.mul(unit(from), unit(to)), -1, true), -1, 1));
    const way = tf.reshape(tf.linspace(0, 1, columns), [1, columns, 1]);
    const weight = (share: tf.Tensor): tf.Tensor => tf.div(tf.sin(tf.mul(angle, share)), tf.sin(angle));
    const mixed = tf.add(tf.mul(weight(tf.sub(1, way)), from), tf.mul(weight(way), to));
    return tf.reshape(mixed, [rows * columns, ...shape]);
  });
}
