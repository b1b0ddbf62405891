import * as tf from '@tensorflow/tfjs-core';
import { withoutRecording } from '../autodiff/index.js';
import { AdversarialLoss, type LossValue, type ReconstructedBatch } from '../losses/index.js';
import { ReconstructionMetrics } from '../metrics/index.js';
import { Decoder } from '../models/autoencoder/decoder.js';
import { Encoder } from '../models/autoencoder/encoder.js';
import type { Conv2d, InitialWeights, Module, Parameter } from '../nn/index.js';
import { Adam, type LitEma } from '../optim/index.js';
import { RandomStreams } from '../random/index.js';
import { imagesOf } from '../train/batch-inputs.js';
import { scheduledRate } from '../train/configured-optimizer.js';
import {
  LightningModule,
  type ImageGrid,
  type LogImagesOptions,
  type OptimizerConfig,
  type TensorBatch,
} from '../train/lightning-module.js';
import type { LogOptions } from '../train/metrics.js';
import { AdversarialTraining } from './adversarial-training.js';
import { colorizeBuffer } from './colorize-buffer.js';
import { initialWeightsOf, type AutoencoderOptions } from './first-stage.params.js';
import { toRgb } from './to-rgb.js';

/** Which optimizer trains the autoencoder; the other, numbered 1, trains the discriminator. */
const AUTOENCODER = 0;

/** Decay of the moments of both optimizers, as published. */
const BETAS = [0.5, 0.9];

/** Images of more channels are segmentation maps, to be shown in colours. */
const MOST_COLOURS = 3;

/** What an encoder makes of images. */
export interface Encoded<Terms> {
  /** What is decoded, `[N, h, w, embed_dim]`. */
  readonly latent: tf.Tensor4D;
  /** What it adds to the loss. */
  readonly terms: Terms;
}

export interface EncodeOptions {
  readonly streams: RandomStreams;
  /** Whether what is decoded is drawn from the posterior, where there is one, or is its mode. */
  readonly samplePosterior: boolean;
}

/** How the steps of training are logged. */
export interface StepLog {
  /** The names that the losses themselves have beside their terms, where they have such. */
  readonly losses?: readonly [autoencoder: string, discriminator: string];
  readonly terms: LogOptions;
}

/**
 * What AutoencoderKL and VQModel share as `ldm.models.autoencoder` trains them (Esser et al. 2021, section 3.1; Rombach
 * et al. 2022, section 3.1): an optimizer for the autoencoder, and one for the discriminator that judges its
 * reconstructions. Each batch is the one's first and then the other's.
 *
 * @typeParam Terms what the loss is given of the encoder
 */
export abstract class Autoencoder<Terms extends object> extends LightningModule {
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly loss: Module | undefined;
  readonly #options: AutoencoderOptions;
  readonly #colorize: Parameter | undefined;
  readonly #training: AdversarialTraining<Terms>;
  readonly #metrics: ReconstructionMetrics;
  /** Draws of a validation: begun anew for each, so that its losses compare from one to the next. */
  #validationStreams = new RandomStreams(0);
  /** Of the autoencoder's step, as long as the discriminator's would find the same. */
  #reconstructed: tf.Tensor4D | undefined;

  protected constructor(options: AutoencoderOptions) {
    super();
    this.#options = options;
    const { colorize_nlabels: labels, ddconfig, loss } = options;
    if (labels) this.#colorize = this.parameter('colorize', colorizeBuffer(labels));
    this.encoder = this.child('encoder', new Encoder(ddconfig));
    this.decoder = this.child('decoder', new Decoder(ddconfig));
    this.loss = loss && this.child('loss', loss);
    this.#training = new AdversarialTraining(this.decoder, loss);
    this.#metrics = new ReconstructionMetrics({
      lpips: loss instanceof AdversarialLoss ? loss.perceptualLoss : undefined,
      lpipsWeights: options.lpips_weights,
      extractor: options.extractor,
      report: (text) => this.trainer.report?.(text),
    });
  }

  protected abstract readonly postQuantConv: Conv2d;
  protected abstract readonly stepLog: StepLog;

  /** What is encoded of a batch, `[N, H, W, in_channels]`. */
  protected abstract inputsOf(batch: TensorBatch, streams: RandomStreams): tf.Tensor4D;

  /** Images `[N, H, W, in_channels]` to what is decoded of them. */
  protected abstract encoded(x: tf.Tensor4D, options: EncodeOptions): Encoded<Terms>;

  /** The average of the weights, where one is kept. */
  protected get ema(): LitEma | undefined {
    return undefined;
  }

  /** Whether the same images are reconstructed alike as long as the weights stay. */
  protected isDeterministic(): boolean {
    return false;
  }

  /** The images of a batch, `[N, H, W, C]`; label maps have a channel for each class. */
  protected imagesIn(batch: TensorBatch): tf.Tensor4D {
    return tf.cast(imagesOf(batch, this.#options.image_key ?? 'image', 'image_key'), 'float32');
  }

  /** `[N, h, w, embed_dim]` as they are to images `[N, f h, f w, out_ch]`. */
  protected decodeLatent(latent: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.decoder.toImages(this.#features(latent)));
  }

  override initialWeights(): InitialWeights | undefined {
    return initialWeightsOf(this.#options);
  }

  override trainingStep(batch: TensorBatch, _batchIndex: number, optimizerIndex: number): tf.Scalar {
    const inputs = this.inputsOf(batch, this.random);
    const isAutoencoder = optimizerIndex === AUTOENCODER;
    const step = isAutoencoder ? this.#autoencoderStep(inputs, batch) : this.#discriminatorStep(inputs, batch);
    const { losses, terms } = this.stepLog;
    const name = losses?.[optimizerIndex];
    if (name !== undefined) this.log(name, step.loss, { onStep: true, onEpoch: true, progBar: true });
    this.logDict(step.log, terms);
    return step.loss;
  }

  /** The autoencoder's next step changes what it makes of the batch. */
  override onBeforeOptimizerStep(optimizerIndex: number): void {
    if (optimizerIndex === AUTOENCODER) this.#forget();
  }

  override onTrainBatchEnd(): void {
    this.#forget();
    this.ema?.update();
  }

  override onValidationStart(): void {
    this.#validationStreams = new RandomStreams(this.random.seed);
    this.#metrics.reset();
  }

  /** What reconstructions are worth (`val/psnr` …) is told of all images at once. */
  override onValidationEnd(): void {
    for (const [name, value] of Object.entries(this.#metrics.compute())) this.log(`val/${name}`, value);
  }

  /** What a test leaves out is said; a validation, which is there for the losses, keeps silent. */
  override onTestStart(): void {
    this.onValidationStart();
    if (this.#metrics.missing !== undefined) this.trainer.report?.(this.#metrics.missing);
  }

  override async validationStep(batch: TensorBatch): Promise<void> {
    const inputs = tf.keep(tf.tidy(() => this.inputsOf(batch, this.#validationStreams)));
    try {
      const { state } = this.#validationStreams;
      this.#logValidation(inputs, { batch, split: 'val' });
      await this.ema?.withAveraged(() => {
        // Both sets of weights see the same draws, so that their losses differ by the weights alone.
        this.#validationStreams.state = state;
        this.#logValidation(inputs, { batch, split: 'val_ema' });
      });
    } finally {
      inputs.dispose();
    }
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    const { lr_g_factor: factor = 1, schedule, learn_logvar: learnsLogvar = true } = this.#options;
    const isOfLoss = (name: string): boolean => name.startsWith('loss.');
    const isOfAutoencoder = ([name]: readonly [string, unknown]): boolean =>
      isOfLoss(name) ? name === 'loss.logvar' && learnsLogvar : true;
    const all = this.trainableParameters();
    const rate = scheduledRate(this, schedule);
    const isScheduled = schedule !== undefined;
    const discriminator = all.filter(([name]) => name.startsWith('loss.discriminator.'));
    return [
      {
        optimizer: new Adam(all.filter(isOfAutoencoder), { betas: BETAS }),
        learningRate: (step) => factor * rate(step),
        isScheduled,
      },
      { optimizer: new Adam(discriminator, { betas: BETAS }), learningRate: rate, isScheduled },
    ];
  }

  /**
   * The published `log_images`: the batch's images (`inputs`), what becomes of them (`reconstructions`), and what else
   * the kind of autoencoder has to show. Segmentation maps are shown in colours.
   */
  override async logImages(
    batch: TensorBatch,
    { maxImages, only_inputs: onlyInputs = false }: LogImagesOptions,
  ): Promise<Record<string, ImageGrid>> {
    // Fixed draws: then the pictures of one training show the weights changing.
    const streams = new RandomStreams(this.random.seed);
    const inputs = tf.tidy(() => {
      const all = this.inputsOf(batch, streams);
      return tf.slice(all, 0, Math.min(maxImages, all.shape[0]));
    });
    try {
      const pictures = onlyInputs ? {} : await this.pictures(inputs, streams);
      const shown = Object.entries({ inputs: inputs.clone(), ...pictures });
      return Object.fromEntries(
        shown.map(([name, images]) => [name, { images: this.#shown(images), columns: inputs.shape[0] }]),
      );
    } finally {
      inputs.dispose();
    }
  }

  /** What there is to see beside the inputs, by published name, `[N, H, W, out_ch]`; the caller disposes it. */
  protected async pictures(inputs: tf.Tensor4D, streams: RandomStreams): Promise<Record<string, tf.Tensor4D>> {
    return Promise.resolve({ reconstructions: this.reconstructed(inputs, streams) });
  }

  /** Encodes and decodes, drawing from the posterior. */
  protected reconstructed(inputs: tf.Tensor4D, streams: RandomStreams): tf.Tensor4D {
    return tf.tidy(() => this.decodeLatent(this.encoded(inputs, { streams, samplePosterior: true }).latent));
  }

  override dispose(): void {
    super.dispose();
    this.#metrics.dispose();
  }

  #features(latent: tf.Tensor4D): tf.Tensor4D {
    return this.decoder.features(this.postQuantConv.forward(latent));
  }

  #autoencoderStep(inputs: tf.Tensor4D, batch: TensorBatch): LossValue {
    const { latent, terms } = this.encoded(inputs, { streams: this.random, samplePosterior: true });
    const features = this.#features(latent);
    const reconstructions = this.decoder.toImages(features);
    if (this.isDeterministic()) {
      this.#forget();
      this.#reconstructed = withoutRecording(() => tf.keep(tf.clone(reconstructions)));
    }
    const made = { ...this.#lossBatch({ inputs, reconstructions }, batch), ...terms };
    return this.#training.autoencoderLoss(made, features);
  }

  /** Published, it reconstructs once more what the autoencoder's step has changed; where it has not, that is at hand. */
  #discriminatorStep(inputs: tf.Tensor4D, batch: TensorBatch): LossValue {
    const reconstructions = this.#reconstructed ?? withoutRecording(() => this.reconstructed(inputs, this.random));
    return this.#training.discriminatorLoss(this.#lossBatch({ inputs, reconstructions }, batch));
  }

  #forget(): void {
    this.#reconstructed?.dispose();
    this.#reconstructed = undefined;
  }

  #logValidation(inputs: tf.Tensor4D, { batch, split }: { batch: TensorBatch; split: string }): void {
    tf.tidy(() => {
      const streams = this.#validationStreams;
      const { latent, terms } = this.encoded(inputs, { streams, samplePosterior: true });
      const reconstructions = this.decodeLatent(latent);
      if (split === 'val') this.#metrics.update(inputs, reconstructions);
      const judged = { ...this.#lossBatch({ inputs, reconstructions }, batch), ...terms, split };
      const autoencoder = this.#training.evaluatedLoss(judged);
      const discriminator = this.#training.discriminatorLoss(judged);
      if (!this.stepLog.losses) this.log(`${split}/aeloss`, autoencoder.loss);
      this.logDict({ ...autoencoder.log, ...discriminator.log });
    });
  }

  #lossBatch(images: Pick<ReconstructedBatch, 'inputs' | 'reconstructions'>, batch: TensorBatch): ReconstructedBatch {
    const { disc_cond_key: key } = this.#options;
    const cond = key == null ? undefined : tf.cast<tf.Tensor4D>(imagesOf(batch, key, 'disc_cond_key'), 'float32');
    return { ...images, globalStep: this.trainer.globalStep, cond };
  }

  /** Takes images over; what has more channels than colours as colours. */
  #shown(images: tf.Tensor4D): tf.Tensor4D {
    const channels = images.shape[3];
    if (channels <= MOST_COLOURS) return images;
    const shown = tf.tidy(() => {
      const colours = this.#colorize && tf.reshape<tf.Rank.R2>(this.#colorize.value, [channels, MOST_COLOURS]);
      return toRgb(images, colours ?? new RandomStreams(this.random.seed).get('colorize'));
    });
    images.dispose();
    return shown;
  }
}
