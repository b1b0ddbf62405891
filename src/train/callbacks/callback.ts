import type { TensorBatch } from '../../data/to-tensors.js';
import type { TensorSource } from '../../io/tensor-source.js';
import type { NamedTensor } from '../check-finite.js';
import type { LightningModule } from '../lightning-module.js';
import type { MetricValues } from '../metrics.js';
import type { Trainer } from '../trainer.js';

/**
 * Something that happens beside the training itself. Hooks run in the order of the callbacks, after the module's own.
 * A callback whose behaviour depends on what it has seen keeps that in `state`, which checkpoints carry.
 */
export interface Callback {
  /** What a checkpoint keeps; anything JSON can hold. */
  state?(): unknown;
  loadState?(state: unknown): void;
  /**
   * The tensors that a checkpoint keeps for it beside that; undefined for none.
   * @param weights of the module, as they are when they are read: right after, before anything changes
   */
  saveTensors?(weights: TensorSource): SavedTensors | undefined;
  /** Takes them back, after `loadState`; the module has the weights of the checkpoint. */
  loadTensors?(tensors: TensorSource, module: LightningModule): void;

  onFitStart?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  onTrainEpochStart?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  onTrainBatchStart?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  /**
   * Of each optimizer, with the gradients that it steps by, not yet clipped, under the names of their parameters. The only
   * hook that cannot be asynchronous.
   */
  onBeforeOptimizerStep?(trainer: Trainer, module: LightningModule, gradients: readonly NamedTensor[]): void;
  /** Right after the optimizers have stepped, before the step's validation. */
  onStepEnd?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  /** After the step's validation, if it had one. */
  onTrainBatchEnd?(trainer: Trainer, module: LightningModule, step: StepResult): void | Promise<void>;
  /** The trainer's epoch is the next one by then. */
  onTrainEpochEnd?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  onValidationStart?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  onValidationBatchEnd?(trainer: Trainer, module: LightningModule, result: ValidationResult): void | Promise<void>;
  onValidationEnd?(trainer: Trainer, module: LightningModule, metrics: MetricValues): void | Promise<void>;
  /** After the step in which someone asked for a checkpoint: SIGUSR1. */
  onSaveRequest?(trainer: Trainer): void | Promise<void>;
  onTestStart?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  onTestBatchEnd?(trainer: Trainer, module: LightningModule, result: ValidationResult): void | Promise<void>;
  onTestEnd?(trainer: Trainer, module: LightningModule, metrics: MetricValues): void | Promise<void>;
  /** At the end of a fit that ended by itself or was asked to stop; not after an error. */
  onFitEnd?(trainer: Trainer, module: LightningModule): void | Promise<void>;
  /** After a fit, however it ended, to free what is held. Not asynchronous. */
  onTearDown?(trainer: Trainer, module: LightningModule): void;
  /** Runs a validation, a test or the drawing of images, for instance with other weights in the module's place. */
  inEvaluation?<T>(run: () => Promise<T>): Promise<T>;
}

/** What a callback has a checkpoint keep. */
export interface SavedTensors {
  /** By name, in PyTorch's layout. */
  readonly tensors: TensorSource;
  /** Those that the checkpoint is to have for the module's weights, where they are others. */
  readonly weights?: TensorSource;
}

/** A training batch as callbacks see it; its tensors are disposed after the hooks. */
export interface StepResult {
  readonly batch: TensorBatch;
  readonly batchIndex: number;
  /** Whether the optimizers stepped: not after each of the batches whose gradients are accumulated for one step. */
  readonly stepped: boolean;
  /** Of the step, empty where there was none; for the progress line, the newest of each value. */
  readonly metrics: MetricValues;
}

/** A batch of a validation or a test as callbacks see it; its tensors are disposed after the hooks. */
export interface ValidationResult extends Pick<StepResult, 'batch' | 'batchIndex'> {
  /** How many there are. */
  readonly batches: number;
}
