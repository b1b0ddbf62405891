import * as tf from '@tensorflow/tfjs-core';
import type { Histogram } from '../logging/logger.js';
import type { NamedTensor } from './check-finite.js';

/** The figures of a histogram that stand before its counts. */
const FIGURES = ['num', 'min', 'max', 'sum', 'sumSquares'] as const;

/**
 * The histograms of tensors, in as many equal buckets from the smallest to the largest value of each. Counted on the engine
 * and read in one go. Values that are not finite are left out, as are tensors that have no others.
 */
export function tensorHistograms(tensors: readonly NamedTensor[], bins: number): [name: string, Histogram][] {
  if (tensors.length === 0) return [];
  const columns = FIGURES.length + bins;
  const values = tf.tidy(() => tf.concat(tensors.map(([, tensor]) => figuresOf(tensor, bins))).dataSync());
  return tensors.flatMap(([name], i): [string, Histogram][] => {
    const histogram = toHistogram(values.slice(i * columns, (i + 1) * columns));
    return histogram ? [[name, histogram]] : [];
  });
}

/** `[5 + bins]`: the figures, then the counts. */
function figuresOf(tensor: tf.Tensor, bins: number): tf.Tensor1D {
  const x = tf.reshape<tf.Rank.R1>(tensor, [-1]);
  const isFinite = tf.isFinite(x);
  const finite = tf.where(isFinite, x, 0);
  const min = tf.min(tf.where(isFinite, x, Infinity));
  const max = tf.max(tf.where(isFinite, x, -Infinity));
  const position = tf.divNoNan(tf.mul(tf.sub(finite, min), bins), tf.sub(max, min));
  const bucket = tf.where(isFinite, tf.clipByValue(tf.floor(position), 0, bins - 1), 0);
  const weights = tf.cast<tf.Tensor1D>(isFinite, 'float32');
  const counts = tf.denseBincount(tf.cast<tf.Tensor1D>(bucket as tf.Tensor1D, 'int32'), weights, bins);
  const figures = tf.stack([tf.sum(weights), min, max, tf.sum(finite), tf.sum(tf.square(finite))]) as tf.Tensor1D;
  return tf.concat([figures, counts]);
}

function toHistogram(values: ArrayLike<number>): Histogram | undefined {
  const [num = 0, min = 0, max = 0, sum = 0, sumSquares = 0, ...bucket] = Array.from(values);
  if (num === 0) return undefined;
  if (min === max) return { num, min, max, sum, sumSquares, bucketLimit: [max], bucket: [num] };
  const bucketLimit = bucket.map((_, i) => min + ((max - min) * (i + 1)) / bucket.length);
  return { num, min, max, sum, sumSquares, bucketLimit, bucket };
}
