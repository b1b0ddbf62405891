import * as tf from '@tensorflow/tfjs-core';
import { temporaryFolder } from './temporary-folder.js';
import { DataModule } from '../../src/data/data-module.js';
import type { Dataset, HostBatch } from '../../src/data/dataset.js';
import { batchSize } from '../../src/data/to-tensors.js';
import { createRunFolder, type RunFolder } from '../../src/io/run-folder.js';
import type { Logger } from '../../src/logging/logger.js';
import { Linear } from '../../src/nn/index.js';
import { AdamW } from '../../src/optim/index.js';
import type { Callback } from '../../src/train/callbacks/callback.js';
import type { Checkpoint } from '../../src/train/checkpoint-file.js';
import {
  LightningModule,
  type ImageGrid,
  type LogImagesOptions,
  type OptimizerConfig,
  type TensorBatch,
} from '../../src/train/lightning-module.js';
import { Trainer } from '../../src/train/trainer.js';
import type { TrainerParamsInput } from '../../src/train/trainer.params.js';

/** What the tests of the trainer and of callbacks share: a training small enough to be seen through. */

/** y = 2x, one number each; the example's index is its x. */
class Line implements Dataset {
  constructor(readonly length: number) {}

  batch(indices: Uint32Array): Promise<HostBatch> {
    return Promise.resolve({ x: { data: Float32Array.from(indices), shape: [indices.length, 1] } });
  }
}

/** Fits a line, with noise on its input, and notes which hooks ran. */
export class Regression extends LightningModule {
  readonly events: string[] = [];
  readonly #line = this.child('line', new Linear(1, 1));

  override trainingStep(batch: TensorBatch): tf.Scalar {
    const x = batch.x as tf.Tensor;
    const noisy = tf.add(x, this.random.get('noise').normal(x.shape));
    const loss = tf.mean<tf.Scalar>(tf.squaredDifference(this.#line.forward(noisy), tf.mul(x, 2)));
    this.log('loss', loss, { onStep: true, onEpoch: true });
    return loss;
  }

  override validationStep(batch: TensorBatch): void {
    // As a validation of a diffusion model draws; the scope around it frees the tensor.
    this.random.get('noise').normal([3]);
    this.log('val/x', tf.tidy(() => tf.mean(batch.x as tf.Tensor)).dataSync()[0] ?? NaN);
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [
      { optimizer: new AdamW(this.trainableParameters()), learningRate: (step) => this.learningRate / (1 + step) },
    ];
  }

  override logImages(batch: TensorBatch, { maxImages }: LogImagesOptions): Promise<Record<string, ImageGrid>> {
    const count = Math.min(maxImages, batchSize(batch));
    return Promise.resolve({ inputs: { images: tf.zeros([count, 2, 2, 1]), columns: count } });
  }

  override onTrainEpochStart(): void {
    this.events.push(`epoch ${this.trainer.currentEpoch} starts`);
  }

  override onTrainBatchEnd(_batch: TensorBatch, batchIndex: number): void {
    this.events.push(`batch ${batchIndex}, step ${this.trainer.globalStep}, training ${String(this.training)}`);
  }

  override onValidationStart(): void {
    this.events.push(`validation, training ${String(this.training)}`);
  }

  override onTrainEpochEnd(): void {
    this.events.push(`epoch ${this.trainer.currentEpoch} ends`);
  }
}

export class Recorder implements Logger {
  readonly scalars: [number, Record<string, number>][] = [];
  logScalars(scalars: Readonly<Record<string, number>>, step: number): void {
    this.scalars.push([step, scalars]);
  }
  readonly images: [number, string][] = [];
  logImage(name: string, _image: unknown, step: number): void {
    this.images.push([step, name]);
  }
  readonly histograms: [number, string][] = [];
  logHistogram(name: string, _histogram: unknown, step: number): void {
    this.histograms.push([step, name]);
  }
  logText(): void {
    return;
  }
  flush(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface FitOptions {
  readonly module?: Regression;
  readonly callbacks?: Record<string, Callback>;
  readonly resume?: Checkpoint;
  readonly run?: RunFolder;
}

export interface FitResult {
  readonly module: Regression;
  readonly logger: Recorder;
  readonly trainer: Trainer;
  readonly run: RunFolder;
  readonly reports: readonly string[];
  readonly data: DataModule;
}

/** Two batches of two examples and one of one in an epoch, two batches of a validation and of a test; logs every step. */
export async function fit(
  params: TrainerParamsInput,
  {
    module = new Regression(),
    callbacks = {},
    resume,
    run = createRunFolder({ logdir: temporaryFolder(), config: 'tiny.yaml' }),
  }: FitOptions = {},
): Promise<FitResult> {
  const logger = new Recorder();
  const reports: string[] = [];
  const trainer = new Trainer({
    params: { log_every_n_steps: 1, num_sanity_val_steps: 0, ...params },
    logger,
    run,
    callbacks,
    seed: 1,
    config: 'c: 1',
    report: (text) => reports.push(text),
  });
  module.learningRate = 0.1;
  const data = new DataModule({ batchSize: 2, train: new Line(5), validation: new Line(3), test: new Line(4) });
  await trainer.fit({ module, data, ...(resume && { resume }) });
  return { module, logger, trainer, run, reports, data };
}
