import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Dropout, inputsOf, Linear, type ExampleCalls, type Methods } from '../nn/index.js';
import { softmaxCrossEntropy } from '../ops/index.js';
import { Adam } from '../optim/index.js';
import { withDefaults } from '../params.js';
import { imagesOf, tensorOf } from '../train/batch-inputs.js';
import { configuredOptimizer } from '../train/configured-optimizer.js';
import {
  LightningModule,
  type ImageGrid,
  type LogImagesOptions,
  type OptimizerConfig,
  type TensorBatch,
} from '../train/lightning-module.js';
import type { TrainingParts } from '../train/training.params.js';
import {
  imageClassifierParams,
  type ImageClassifierOptions,
  type ImageClassifierParams,
} from './image-classifier.params.js';

/**
 * A small convolutional network that tells classes of images apart (LeCun et al. 1998): 3x3 convolutions with ReLU and
 * max-pooling, then two linear layers. It judges what class-conditional models draw, see test/long/class-accuracy.ts.
 */
export class ImageClassifier extends LightningModule {
  readonly params: ImageClassifierParams;
  readonly #convolutions: readonly Conv2d[];
  readonly #hidden: Linear;
  readonly #dropout: Dropout;
  readonly #out: Linear;
  readonly #training: TrainingParts;

  constructor({ schedule, optimizer, ...options }: ImageClassifierOptions = {}) {
    super();
    this.params = withDefaults(imageClassifierParams, options);
    const { channels, image_size: size, in_channels: inChannels, hidden_features: hidden } = this.params;
    this.#convolutions = channels.map((outChannels, i) => {
      const conv = new Conv2d(channels[i - 1] ?? inChannels, outChannels, { kernelSize: 3, padding: 1 });
      return this.child(`convs.${i}`, conv);
    });
    const pooled = channels.reduce((pixels) => Math.floor(pixels / 2), size);
    this.#hidden = this.child('fc1', new Linear(pooled ** 2 * (channels.at(-1) ?? inChannels), hidden));
    this.#dropout = this.child('dropout', new Dropout(this.params.dropout));
    this.#out = this.child('fc2', new Linear(hidden, this.params.num_classes));
    this.#training = { ...(schedule && { schedule }), ...(optimizer && { optimizer }) };
  }

  /**
   * @param x `[N, image_size, image_size, in_channels]`, in [-1, 1]
   * @returns logits `[N, num_classes]`
   */
  forward(x: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => this.#out.forward(this.#dropout.forward(this.features(x))) as tf.Tensor2D);
  }

  /** What the last layer sees, none of it left out: `[N, hidden_features]`, not negative. */
  features(x: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => {
      let h = x;
      for (const conv of this.#convolutions) h = tf.maxPool(tf.relu(conv.forward(h)), 2, 2, 'valid');
      return tf.relu(this.#hidden.forward(tf.reshape(h, [x.shape[0], -1])) as tf.Tensor2D);
    });
  }

  override trainingStep(batch: TensorBatch): tf.Scalar {
    const { loss, accuracy } = this.#measure(batch);
    this.log('train/loss', loss, { onStep: true, onEpoch: true, progBar: true });
    this.log('train/acc', accuracy, { onStep: true, onEpoch: true });
    return loss;
  }

  override validationStep(batch: TensorBatch): void {
    this.#evaluate('val', batch);
  }

  override testStep(batch: TensorBatch): void {
    this.#evaluate('test', batch);
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [configuredOptimizer(this, this.#training, (parameters) => new Adam(parameters))];
  }

  /** The batch's images, `inputs`. */
  override async logImages(batch: TensorBatch, { maxImages }: LogImagesOptions): Promise<Record<string, ImageGrid>> {
    const images = imagesOf(batch, this.params.first_stage_key, 'first_stage_key');
    const count = Math.min(maxImages, images.shape[0]);
    return Promise.resolve({ inputs: { images: tf.slice(images, 0, count), columns: count } });
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['x']).x as tf.Tensor4D) };
  }

  override exampleCalls(): ExampleCalls {
    const { image_size: size, in_channels: channels } = this.params;
    return { forward: { x: { shape: [1, size, size, channels] } } };
  }

  #evaluate(prefix: 'val' | 'test', batch: TensorBatch): void {
    tf.tidy(() => {
      const { loss, accuracy } = this.#measure(batch);
      this.log(`${prefix}/loss`, loss, { progBar: true });
      this.log(`${prefix}/acc`, accuracy, { progBar: true });
    });
  }

  #measure(batch: TensorBatch): { loss: tf.Scalar; accuracy: tf.Scalar } {
    const logits = this.forward(imagesOf(batch, this.params.first_stage_key, 'first_stage_key'));
    const labels = tensorOf(batch, this.params.cond_stage_key, 'cond_stage_key', [1]);
    const loss = tf.mean<tf.Scalar>(softmaxCrossEntropy(logits, labels));
    const accuracy = tf.mean<tf.Scalar>(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));
    return { loss, accuracy };
  }
}
