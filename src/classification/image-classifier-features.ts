import type * as tf from '@tensorflow/tfjs-core';
import { listNames, UserError } from '../errors.js';
import type { FeatureExtractor } from '../metrics/index.js';
import { initFromCheckpoint, inputsOf, Module, type ExampleCalls, type Methods } from '../nn/index.js';
import type { RandomStreams } from '../random/index.js';
import type { ImageClassifierFeaturesParams } from './image-classifier-features.params.js';
import { ImageClassifier } from './image-classifier.js';

/**
 * What a trained ImageClassifier makes of images before its last layer: features for a Fréchet distance of images of its
 * own kind, such as digits, of which Inception has seen none.
 */
export class ImageClassifierFeatures extends Module implements FeatureExtractor {
  readonly #params: ImageClassifierFeaturesParams;
  readonly #classifier: ImageClassifier;

  constructor(params: ImageClassifierFeaturesParams) {
    super();
    this.#params = params;
    const { num_classes, image_size, in_channels, channels, hidden_features } = params;
    const options = { num_classes, image_size, in_channels, channels, hidden_features };
    this.#classifier = this.child('classifier', new ImageClassifier(options));
    this.freeze();
    this.eval();
  }

  /** @throws FileError where the file is missing or damaged, UserError where it is not of this classifier */
  override initialize(streams: RandomStreams, prefix = ''): this {
    if (![...this.namedParameters()].every(([, parameter]) => parameter.hasValue)) {
      const { path, missing } = initFromCheckpoint(this.#classifier, { path: this.#params.ckpt_path });
      if (missing.length > 0) {
        throw new UserError({
          where: path,
          problem: `${missing.length} weights of the classifier are missing`,
          expected: listNames(missing),
        });
      }
    }
    return super.initialize(streams, prefix);
  }

  /**
   * @param images `[N, image_size, image_size, in_channels]` in [-1, 1]
   * @returns `[N, hidden_features]`
   * @throws UserError for images of another shape
   */
  features(images: tf.Tensor4D): tf.Tensor2D {
    const { image_size: size, in_channels: channels } = this.#params;
    const [, height, width, given] = images.shape;
    if (height !== size || width !== size || given !== channels) {
      throw new UserError({
        problem: 'the images are not of the shape that the classifier of rfid was trained on',
        found: `${height}x${width} pixels, ${given} channels`,
        expected: `${size}x${size} pixels, ${channels} channels`,
      });
    }
    return this.#classifier.features(images);
  }

  override exampleCalls(): ExampleCalls {
    const { image_size: size, in_channels: channels } = this.#params;
    return { features: { images: { shape: [1, size, size, channels] } } };
  }

  override methods(): Methods {
    return { features: (inputs) => this.features(inputsOf(inputs, ['images']).images as tf.Tensor4D) };
  }
}
