import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import type { RandomStreams } from '../random/index.js';

/** A trained network in whose features images are compared: what a component of kind `feature-extractor` makes. */
export interface FeatureExtractor {
  /**
   * @param images `[N, H, W, C]` in [-1, 1]
   * @returns the features, `[N, D]`, or those of each place, `[N, h, w, D]`
   * @throws UserError for images that it cannot see
   */
  features(images: tf.Tensor4D): tf.Tensor;
  /** Reads its weights, unless it has them. @throws FileError, UserError where they are missing or of something else */
  initialize(streams: RandomStreams): unknown;
  dispose(): void;
}

/** The features of each image, `[N, D]`: those of places averaged. @throws ShapeError for anything else */
export function pooledFeatures(features: tf.Tensor): tf.Tensor2D {
  if (features.rank === 4) return tf.mean<tf.Tensor2D>(features, [1, 2]);
  if (features.rank === 2) return features as tf.Tensor2D;
  throw new ShapeError('the features of images', '[N, D] or [N, h, w, D]', `[${features.shape.join(', ')}]`);
}
