import * as tf from '@tensorflow/tfjs-core';
import { RandomStreams } from '../random/index.js';
import { pooledFeatures, type FeatureExtractor } from './feature-extractor.js';
import { frechetDistance } from './frechet-distance.js';
import { clamped } from './image-values.js';
import { requireSameShape } from './mean-over-images.js';
import type { Metric } from './metric.js';
import { RunningCovariance } from './running-covariance.js';

/**
 * The Fréchet distance of inputs and reconstructions in the features of a network (Heusel et al. 2017), `rfid`: what the
 * distributions of the features are apart, each taken as a normal one, with the covariances of samples as torchmetrics'
 * `FrechetInceptionDistance` and pytorch-fid have them. The published figures are in the features of Inception; distances
 * in those of other networks compare with one another only. It grows as images get fewer: compare over the same number.
 */
export class FrechetInceptionDistance implements Metric {
  readonly #extractor: FeatureExtractor;
  readonly #real = new RunningCovariance();
  readonly #fake = new RunningCovariance();
  #isInitialized = false;

  /** @param extractor whose weights are read at first use; it is freed with this metric */
  constructor(extractor: FeatureExtractor) {
    this.#extractor = extractor;
  }

  update(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): void {
    requireSameShape('rfid', inputs, reconstructions);
    // Its weights are no part of the model's, and nothing is drawn.
    if (!this.#isInitialized) this.#extractor.initialize(new RandomStreams(0));
    this.#isInitialized = true;
    this.#add(this.#real, inputs);
    this.#add(this.#fake, reconstructions);
  }

  /** Nothing of fewer than two images, which have no covariance. */
  compute(): Record<string, number> {
    if (this.#real.count < 2) return {};
    return { rfid: frechetDistance(this.#real.result(), this.#fake.result()) };
  }

  /** What is wrong with the value for want of images. */
  get reservation(): string | undefined {
    const { count, dimensions } = this.#real;
    if (count === 1) return 'rfid is not reported: it needs at least two images';
    if (count === 0 || count > dimensions) return undefined;
    return (
      `rfid of ${count} images in ${dimensions} features is far above that of many images: ` +
      'compare it over the same images only, or measure at least several times as many images as features'
    );
  }

  reset(): void {
    this.#real.reset();
    this.#fake.reset();
  }

  dispose(): void {
    this.#extractor.dispose();
    this.#isInitialized = false;
  }

  #add(statistics: RunningCovariance, images: tf.Tensor4D): void {
    const { rows, dimensions } = tf.tidy(() => {
      const features = pooledFeatures(this.#extractor.features(clamped(images)));
      return { rows: features.dataSync(), dimensions: features.shape[1] };
    });
    statistics.update(rows, dimensions);
  }
}
