import * as tf from '@tensorflow/tfjs-core';

export interface DynamicThresholding {
  /** The share of an image's values that are not cut off, in [0, 1]. */
  readonly ratio: number;
  /** The largest threshold, at least 1. */
  readonly maxValue: number;
}

/**
 * Cuts each predicted image off at a quantile of its own magnitudes, at least 1 and at most `maxValue`, and divides by that
 * (Saharia et al. 2022, section 2.3). The quantile is interpolated as `torch.quantile` does.
 *
 * @param x0 `[N, H, W, C]`
 * @returns `[N, H, W, C]` in [-1, 1]
 */
export function dynamicThresholding(x0: tf.Tensor4D, { ratio, maxValue }: DynamicThresholding): tf.Tensor4D {
  return tf.tidy(() => {
    const [count] = x0.shape;
    const size = x0.size / count;
    const position = ratio * (size - 1);
    const below = Math.floor(position);
    // Largest first: the values at the position and above are all that a quantile near 1 needs.
    const { values } = tf.topk(tf.reshape(tf.abs(x0), [count, size]), size - below);
    const lower = tf.slice(values, [0, size - 1 - below], [count, 1]);
    const upper = tf.slice(values, [0, Math.max(size - 2 - below, 0)], [count, 1]);
    const quantile = tf.add(lower, tf.mul(tf.sub(upper, lower), position - below));
    const threshold = tf.reshape(tf.clipByValue(quantile, 1, maxValue), [count, 1, 1, 1]);
    return tf.div<tf.Tensor4D>(tf.minimum(tf.maximum(x0, tf.neg(threshold)), threshold), threshold);
  });
}
