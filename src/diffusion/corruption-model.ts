import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import { inputsOf, type Methods } from '../nn/index.js';
import { mseLoss } from '../ops/index.js';
import { Adam } from '../optim/index.js';
import { withDefaults } from '../params.js';
import { RandomStreams } from '../random/index.js';
import { mixFactor, type Sampleable, type SampleRequest } from '../samplers/index.js';
import { imagesOf } from '../train/batch-inputs.js';
import { configuredOptimizer } from '../train/configured-optimizer.js';
import { namedGrids } from '../train/image-grids.js';
import {
  LightningModule,
  type ImageGrid,
  type LogImagesOptions,
  type OptimizerConfig,
  type TensorBatch,
} from '../train/lightning-module.js';
import type { TrainingParts } from '../train/training.params.js';
import { corrupt } from './corrupt.js';
import {
  corruptionModelParams,
  type CorruptionModelOptions,
  type CorruptionModelParams,
} from './corruption-model.params.js';
import type { DiffusionNetwork } from './diffusion-wrapper.js';

/**
 * A network that learns to undo a corruption: images mixed with uniform noise, each by an amount drawn from [0, 1), from
 * which it predicts the clean ones (the diffusion course, unit 1, "Diffusion models from scratch"). Not told the amount,
 * it sees that for itself.
 *
 * Batches are in [-1, 1] as everywhere; the network works in [0, 1], as the course's do, so that losses compare.
 */
export class CorruptionModel extends LightningModule implements Sampleable {
  readonly params: CorruptionModelParams;
  readonly numClasses = 0;
  readonly isGuidable = false;
  /** Drawn by the course's own, `mixFactor`. */
  readonly samplers = [];
  readonly #network: DiffusionNetwork;
  readonly #training: TrainingParts;
  /** Draws of a validation: begun anew for each, so that its losses compare from one to the next. */
  #validationStreams = new RandomStreams(0);

  /** @throws UserError for a network of classes */
  constructor(network: DiffusionNetwork, { schedule, optimizer, ...options }: CorruptionModelOptions = {}) {
    super();
    if (network.numClasses > 0) throw classesWithoutLabels(network.numClasses);
    this.params = withDefaults(corruptionModelParams, { unet_config: network, ...options });
    this.#network = this.child('net', network);
    this.#training = { ...(schedule && { schedule }), ...(optimizer && { optimizer }) };
  }

  /** Steps that a sample takes at most. */
  get timesteps(): number {
    return this.params.timesteps;
  }

  get imageShape(): [number, number, number] {
    return this.sampleShape;
  }

  get sampleShape(): [number, number, number] {
    const { image_size: size, channels } = this.params;
    return [size, size, channels];
  }

  override trainingStep(batch: TensorBatch): tf.Scalar {
    const loss = this.#lossOf(batch, this.random);
    this.log('train/loss', loss, { onStep: true, onEpoch: true, progBar: true });
    return loss;
  }

  override onValidationStart(): void {
    this.#validationStreams = new RandomStreams(this.random.seed);
  }

  override validationStep(batch: TensorBatch): void {
    tf.tidy(() => {
      this.log('val/loss', this.#lossOf(batch, this.#validationStreams));
    });
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [configuredOptimizer(this, this.#training, (parameters) => new Adam(parameters))];
  }

  /**
   * The clean images that the network sees in `x`, both `[N, H, W, C]` in [0, 1]; the prediction is not clipped.
   */
  predict(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.#network.forward({ x, timesteps: tf.fill<tf.Rank.R1>([x.shape[0]], 0, 'int32') }));
  }

  /**
   * The batch's images (`inputs`), the same `corrupted` from not at all to wholly, what the network makes of them
   * (`predictions`), samples on their way from noise (`denoise_row`: each row a step, what the network is given at the
   * left and what it predicts at the right) and `samples`.
   */
  override async logImages(
    batch: TensorBatch,
    {
      maxImages,
      sample = true,
      plot_denoise_rows: plotsRows = true,
      ddim_steps: steps,
      return_keys: keys,
    }: LogImagesOptions,
  ): Promise<Record<string, ImageGrid>> {
    // Fixed noise: then the pictures of one training show the weights changing, not the draw.
    const streams = new RandomStreams(this.random.seed);
    const shown = tf.tidy(() => {
      const images = imagesOf(batch, this.params.first_stage_key, 'first_stage_key');
      const inputs = tf.slice(images, 0, Math.min(maxImages, images.shape[0]));
      const clean = toUnit(inputs);
      const noise = streams.get('noise').uniform(clean.shape) as tf.Tensor4D;
      const corrupted = corrupt(clean, noise, tf.linspace(0, 1, clean.shape[0]));
      return { inputs, corrupted: fromUnit(corrupted), predictions: fromUnit(this.predict(corrupted)) };
    });
    const grids: Record<string, ImageGrid> = {};
    for (const [name, images] of Object.entries(shown)) grids[name] = { images, columns: images.shape[0] };
    if (plotsRows) grids.denoise_row = { images: await this.#denoiseRow(maxImages, streams), columns: 2 * maxImages };
    if (sample) {
      const request = { count: maxImages, steps: Math.min(steps ?? this.timesteps, this.timesteps), streams };
      grids.samples = { images: await this.#draw(request), columns: Math.ceil(Math.sqrt(maxImages)) };
    }
    return namedGrids(grids, keys ?? []);
  }

  /** Draws images from noise in `steps` steps; it has one sampler of its own, which has no noise for `eta`. */
  async sample({ count, steps, streams, onStep }: SampleRequest): Promise<tf.Tensor4D> {
    return this.#draw({ count, steps, streams }, onStep && (({ step, steps: all }) => onStep(step, all)));
  }

  override methods(): Methods {
    return {
      forward: (inputs) => this.predict(inputsOf(inputs, ['x']).x as tf.Tensor4D),
      corrupt: (inputs) => {
        const { x, noise, amount } = inputsOf(inputs, ['x', 'noise', 'amount']);
        return corrupt(x as tf.Tensor4D, noise as tf.Tensor4D, amount as tf.Tensor1D);
      },
    };
  }

  #lossOf(batch: TensorBatch, streams: RandomStreams): tf.Scalar {
    const clean = toUnit(imagesOf(batch, this.params.first_stage_key, 'first_stage_key'));
    const amount = streams.get('amount').uniform([clean.shape[0]]) as tf.Tensor1D;
    const noise = streams.get('noise').uniform(clean.shape) as tf.Tensor4D;
    return mseLoss(this.predict(corrupt(clean, noise, amount)), clean);
  }

  /** Images in [-1, 1], where a network went no further. */
  async #draw(
    { count, steps, streams }: Pick<SampleRequest, 'count' | 'steps' | 'streams'>,
    onStep?: Parameters<typeof mixFactor>[0]['onStep'],
  ): Promise<tf.Tensor4D> {
    const xT = streams.get('sample').uniform([count, ...this.sampleShape]) as tf.Tensor4D;
    try {
      const predictor = (x: tf.Tensor4D): tf.Tensor4D => this.predict(x);
      const images = await mixFactor({ predictor, xT, steps, ...(onStep && { onStep }) });
      const mapped = fromUnit(images);
      images.dispose();
      return mapped;
    } finally {
      xT.dispose();
    }
  }

  /** Of each step the images before it and what the network makes of them, `[steps 2 count, H, W, C]`. */
  async #denoiseRow(count: number, streams: RandomStreams): Promise<tf.Tensor4D> {
    const rows: tf.Tensor4D[] = [];
    const request = { count, steps: this.params.denoise_steps, streams };
    const last = await this.#draw(request, ({ input, prediction }) => {
      rows.push(tf.tidy(() => fromUnit(tf.concat([input, prediction]))));
    });
    const strip = tf.concat(rows);
    tf.dispose([last, ...rows]);
    return strip;
  }
}

/** [-1, 1] to [0, 1]. */
function toUnit(images: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.add(tf.mul(images, 0.5), 0.5));
}

/** [0, 1] to [-1, 1]. */
function fromUnit(images: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.sub(tf.mul(images, 2), 1));
}

function classesWithoutLabels(classes: number): UserError {
  return new UserError({
    path: 'model.params.unet_config',
    problem: 'the network takes labels, and this model has none',
    found: `${classes} classes`,
    expected: 'a network without classes',
  });
}
