import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import { lpipsFromVgg16 } from '../losses/lpips-weights.js';
import { Vgg16Features } from '../losses/vgg16-features.js';
import { inputsOf, Module, type ExampleCalls, type Methods, type WeightsReader } from '../nn/index.js';
import type { RandomStreams } from '../random/index.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { colourProblem, inColour } from './image-values.js';
import type { VGG16FeatureExtractorParams } from './vgg16-feature-extractor.params.js';

/** ImageNet's mean and standard deviation of each channel of values in [0, 1], by which torchvision scales images. */
const MEAN = [0.485, 0.456, 0.406];
const STANDARD_DEVIATION = [0.229, 0.224, 0.225];

/**
 * The last convolution's activations in torchvision's VGG16 (relu5_3, 512 features), averaged over the places: features
 * for a Fréchet distance of images of any size from 16 pixels, where Inception's are not at hand.
 */
export class VGG16FeatureExtractor extends Module implements FeatureExtractor {
  readonly #path: string;
  readonly #readWeights: WeightsReader;
  readonly #net = this.child('net', new Vgg16Features());

  constructor({ ckpt_path: path }: VGG16FeatureExtractorParams, readWeights: WeightsReader) {
    super();
    this.#path = path;
    this.#readWeights = readWeights;
    this.freeze();
  }

  /** @throws FileError where the file is missing or damaged, UserError where it has no VGG16 */
  override initialize(streams: RandomStreams, prefix = ''): this {
    if (![...this.namedParameters()].every(([, parameter]) => parameter.hasValue)) {
      this.loadStateDict(lpipsFromVgg16(this.#readWeights(this.#path), this.#path), { source: this.#path });
    }
    return super.initialize(streams, prefix);
  }

  /**
   * @param images `[N, H, W, 3]`, or grey ones, `[N, H, W, 1]`, in [-1, 1]
   * @returns `[N, 512]`
   * @throws UserError for other channels and for images of less than 16 pixels
   */
  features(images: tf.Tensor4D): tf.Tensor2D {
    const problem = colourProblem(images.shape, Vgg16Features.smallest);
    if (problem !== undefined) throw new UserError({ problem: `VGG16 ${problem}` });
    return tf.tidy(() => {
      const zeroToOne = tf.div(tf.add(inColour(images), 1), 2);
      const scaled = tf.div<tf.Tensor4D>(tf.sub(zeroToOne, MEAN), STANDARD_DEVIATION);
      return tf.mean<tf.Tensor2D>(this.#net.forward(scaled).at(-1) as tf.Tensor4D, [1, 2]);
    });
  }

  /** Images of the size that VGG16 was trained on. */
  override exampleCalls(): ExampleCalls {
    return { features: { images: { shape: [1, 224, 224, 3] } } };
  }

  override methods(): Methods {
    return { features: (inputs) => this.features(inputsOf(inputs, ['images']).images as tf.Tensor4D) };
  }
}
