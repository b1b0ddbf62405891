import type * as tf from '@tensorflow/tfjs-core';
import type { TensorBatch } from '../data/to-tensors.js';
import { Module } from '../nn/index.js';
import type { Optimizer } from '../optim/index.js';
import type { ClipOptions } from './clip-gradients.js';
import type { LogImagesOptions } from './log-images.params.js';
import type { LogOptions } from './metrics.js';

export type { LogImagesOptions, TensorBatch };

/** An optimizer and how it is used. Which parameters it trains is its own: several may have some in common. */
export interface OptimizerConfig {
  readonly optimizer: Optimizer;
  /** A pure function of the global step. */
  readonly learningRate: (globalStep: number) => number;
  /** Whether that is a schedule, which changes it from step to step; LearningRateMonitor goes by it. */
  readonly isScheduled?: boolean;
  /** In the place of the trainer's `gradient_clip_val`; null for gradients as they are. */
  readonly clip?: ClipOptions | null;
  /** The global step from which on it is used; 0 where absent. Before, its training step is not called. */
  readonly startStep?: number;
  /**
   * Steps that it takes in succession, in turns with the others, which then need one too; absent, every optimizer takes
   * every step.
   */
  readonly frequency?: number;
}

/** Images to look at: `[N, H, W, C]` in [-1, 1], laid out in rows of `columns`. */
export interface ImageGrid {
  readonly images: tf.Tensor4D;
  readonly columns: number;
}

/** What a module may ask of the trainer that runs it. */
export interface TrainerHandle {
  readonly globalStep: number;
  readonly currentEpoch: number;
  log(name: string, value: tf.Tensor | number, options: LogOptions): void;
  /** Says something to the person who watches; absent where there is none. */
  report?(text: string): void;
}

/**
 * A model that knows how to train itself: the step's loss, its optimizers and what to log. The trainer owns the loop,
 * the gradients and the devices. Every hook may be asynchronous but the two steps, which run on the tape.
 */
export abstract class LightningModule extends Module {
  /** The rate that the optimizers begin from; set from `base_learning_rate` before `configureOptimizers`. */
  learningRate = 1e-3;
  #trainer: TrainerHandle | undefined;

  /** @throws Error outside a fit */
  get trainer(): TrainerHandle {
    if (!this.#trainer) throw new Error('this module is not being trained');
    return this.#trainer;
  }

  attach(trainer: TrainerHandle | undefined): void {
    this.#trainer = trainer;
  }

  /**
   * The loss of a batch for one of the optimizers: the scalar whose gradients are taken, with respect to the parameters
   * of that optimizer alone. Called for one optimizer after the other, each of which sees the weights as those before
   * left them. Tensors made on the way are freed by the trainer.
   * @param optimizerIndex in what `configureOptimizers` returns
   */
  abstract trainingStep(batch: TensorBatch, batchIndex: number, optimizerIndex: number): tf.Scalar;

  /** Logs metrics of a batch that is not trained on. */
  abstract validationStep(batch: TensorBatch, batchIndex: number): void | Promise<void>;

  /** Logs metrics of a batch of the test set: those of a validation, where it is not told otherwise. */
  testStep(batch: TensorBatch, batchIndex: number): void | Promise<void> {
    return this.validationStep(batch, batchIndex);
  }

  /** The optimizers in the order in which they take a batch. */
  abstract configureOptimizers(): readonly OptimizerConfig[];

  /** Images by name; the caller disposes them. */
  abstract logImages(batch: TensorBatch, options: LogImagesOptions): Promise<Record<string, ImageGrid>>;

  onFitStart?(): void | Promise<void>;
  onTrainEpochStart?(): void | Promise<void>;
  /** Before an optimizer steps, with the gradients of all batches of the step taken. */
  onBeforeOptimizerStep?(optimizerIndex: number): void;
  onTrainBatchStart?(batch: TensorBatch, batchIndex: number): void | Promise<void>;
  /** After the batch's steps of all optimizers: the place for an exponential moving average. */
  onTrainBatchEnd?(batch: TensorBatch, batchIndex: number): void | Promise<void>;
  onTrainEpochEnd?(): void | Promise<void>;
  onValidationStart?(): void | Promise<void>;
  onValidationEnd?(): void | Promise<void>;

  /** What a test asks for before and after is what a validation does, as the step is. */
  onTestStart(): void | Promise<void> {
    return this.onValidationStart?.();
  }

  onTestEnd(): void | Promise<void> {
    return this.onValidationEnd?.();
  }

  onFitEnd?(): void | Promise<void>;

  protected log(name: string, value: tf.Tensor | number, options: LogOptions = {}): void {
    this.trainer.log(name, value, options);
  }

  protected logDict(values: Readonly<Record<string, tf.Tensor | number>>, options: LogOptions = {}): void {
    for (const [name, value] of Object.entries(values)) this.log(name, value, options);
  }
}
