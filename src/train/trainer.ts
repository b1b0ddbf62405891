import * as tf from '@tensorflow/tfjs-core';
import { setImmediate as nextTick } from 'node:timers/promises';
import { valueAndGrads } from '../autodiff/index.js';
import type { DataLoader } from '../data/data-loader.js';
import type { DataModule } from '../data/data-module.js';
import { batchSize, disposeTensors, toTensors, type TensorBatch } from '../data/to-tensors.js';
import type { RunFolder } from '../io/run-folder.js';
import type { Logger } from '../logging/logger.js';
import { withDefaults } from '../params.js';
import { RandomStreams } from '../random/index.js';
import type { Callback } from './callbacks/callback.js';
import type { Checkpoint } from './checkpoint-file.js';
import type { LightningModule, OptimizerConfig, TrainerHandle } from './lightning-module.js';
import { MetricCollector, type LogOptions, type MetricValues } from './metrics.js';
import { trainerParams, type TrainerParams, type TrainerParamsInput } from './trainer.params.js';

/** Lightning's limit where neither max_epochs nor max_steps is given. */
const DEFAULT_MAX_EPOCHS = 1000;

export interface TrainerOptions {
  readonly params: TrainerParamsInput;
  readonly logger: Logger;
  readonly run: RunFolder;
  /** By their names in the config, in the order their hooks run. */
  readonly callbacks: Readonly<Record<string, Callback>>;
  readonly seed: number;
  /** The resolved configuration as YAML; every checkpoint carries it. */
  readonly config: string;
}

export interface FitOptions {
  readonly module: LightningModule;
  readonly data: DataModule;
  /** Where to go on from. */
  readonly resume?: Checkpoint;
}

/**
 * The training loop: epochs of steps, each forward, backward and one optimizer step, with validation, logging and
 * callbacks around them, as PyTorch Lightning orders them. What it does is a pure function of the configuration, the
 * seed and the checkpoint it resumes from.
 */
export class Trainer implements TrainerHandle {
  readonly params: TrainerParams;
  readonly logger: Logger;
  readonly run: RunFolder;
  readonly #options: TrainerOptions;
  readonly #streams: RandomStreams;
  readonly #trainMetrics = new MetricCollector('train');
  readonly #validationMetrics = new MetricCollector('validation');
  #stage: 'train' | 'validation' = 'train';
  #batchSize = 1;
  #globalStep = 0;
  #epoch = 0;
  #batchInEpoch = 0;
  #stopReason: string | undefined;
  #fit: { module: LightningModule; optimizers: readonly OptimizerConfig[]; batchesPerEpoch: number } | undefined;

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.params = withDefaults(trainerParams, options.params);
    this.logger = options.logger;
    this.run = options.run;
    this.#streams = new RandomStreams(options.seed);
  }

  /** Training batches so far. */
  get globalStep(): number {
    return this.#globalStep;
  }

  get currentEpoch(): number {
    return this.#epoch;
  }

  /** Batches of the current epoch trained on so far. */
  get batchInEpoch(): number {
    return this.#batchInEpoch;
  }

  /** The step at which training ends, unless it is asked to stop before. */
  get lastStep(): number {
    const { max_steps: maxSteps, max_epochs: maxEpochs } = this.params;
    const epochs = maxEpochs ?? (maxSteps === -1 ? DEFAULT_MAX_EPOCHS : Infinity);
    const byEpochs = epochs * (this.#fit?.batchesPerEpoch ?? Infinity);
    return Math.min(byEpochs, maxSteps === -1 ? Infinity : maxSteps);
  }

  /** Why training was asked to stop, if it was. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /** Ends training after the step under way; the fit then ends as it always does, with its last checkpoint. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  log(name: string, value: tf.Tensor | number, options: LogOptions): void {
    const metrics = this.#stage === 'train' ? this.#trainMetrics : this.#validationMetrics;
    const number = typeof value === 'number' ? value : (value.dataSync()[0] ?? NaN);
    metrics.log(name, number, this.#batchSize, options);
  }

  /** Trains until the last step or a stop. The module keeps its weights; its optimizers' state is freed. */
  async fit({ module, data, resume }: FitOptions): Promise<void> {
    const trainLoader = data.trainLoader(this.#options.seed);
    if (!trainLoader) throw new Error('the data module has no training data');
    module.attach(this);
    // Order matters: weights first, so that an average of them begins where they begin.
    module.initialize(this.#streams);
    if (resume) module.loadStateDict(resume.weights);
    const optimizers = module.configureOptimizers();
    this.#fit = { module, optimizers, batchesPerEpoch: trainLoader.length };
    if (resume) this.#restore(resume);
    try {
      await module.onFitStart?.();
      await this.#callbacks((callback) => callback.onFitStart?.(this, module));
      while (!this.#done()) await this.#trainEpoch(trainLoader, data.valLoader(this.#options.seed));
      await module.onFitEnd?.();
      await this.#callbacks((callback) => callback.onFitEnd?.(this, module));
    } finally {
      module.attach(undefined);
      for (const { optimizer } of optimizers) optimizer.dispose();
      this.#fit = undefined;
    }
  }

  /** Everything it takes to go on from here; call between two steps. */
  checkpoint(): Checkpoint {
    const { module, optimizers } = this.#running();
    const states = Object.entries(this.#options.callbacks).map(
      ([name, callback]) => [name, callback.state?.()] as const,
    );
    return {
      progress: {
        epoch: this.#epoch,
        globalStep: this.#globalStep,
        batchInEpoch: this.#batchInEpoch,
        seed: this.#options.seed,
        streams: this.#streams.state,
        metrics: this.#trainMetrics.state,
        callbacks: Object.fromEntries(states.filter(([, state]) => state !== undefined)),
      },
      weights: module.stateDict(),
      optimizers: optimizers.map(({ optimizer }) => optimizer.state()),
      config: this.#options.config,
    };
  }

  #restore({ progress, optimizers }: Checkpoint): void {
    this.#epoch = progress.epoch;
    this.#globalStep = progress.globalStep;
    this.#batchInEpoch = progress.batchInEpoch;
    this.#streams.state = progress.streams;
    this.#trainMetrics.state = progress.metrics;
    for (const [name, state] of Object.entries(progress.callbacks)) this.#options.callbacks[name]?.loadState?.(state);
    this.#running().optimizers.forEach(({ optimizer }, i) => {
      const state = optimizers[i];
      if (state) optimizer.load(state);
    });
  }

  async #trainEpoch(trainLoader: DataLoader, valLoader: DataLoader | undefined): Promise<void> {
    const { module } = this.#running();
    if (this.#batchInEpoch === 0) await module.onTrainEpochStart?.();
    for await (const hostBatch of trainLoader.epoch(this.#epoch, this.#batchInEpoch)) {
      if (this.#done()) return;
      const batch = toTensors(hostBatch);
      try {
        await this.#trainStep(batch, valLoader);
      } finally {
        disposeTensors(batch);
      }
      // Lets signals, timers and writers have their turn: the step itself never leaves the thread.
      await nextTick();
    }
    // A stop that came with the last batch leaves the end of the epoch to the run that goes on.
    if (this.#stopReason !== undefined) return;
    const { val_check_interval: interval, check_val_every_n_epoch: every } = this.params;
    if (interval === null && (this.#epoch + 1) % every === 0) await this.#validate(valLoader);
    await module.onTrainEpochEnd?.();
    this.logger.logScalars({ ...this.#trainMetrics.takeEpoch().logger, epoch: this.#epoch }, this.#globalStep);
    // Before the callbacks: a checkpoint made there goes on with the next epoch.
    this.#epoch += 1;
    this.#batchInEpoch = 0;
    await this.#callbacks((callback) => callback.onTrainEpochEnd?.(this, module));
  }

  async #trainStep(batch: TensorBatch, valLoader: DataLoader | undefined): Promise<void> {
    const { module, optimizers } = this.#running();
    const batchIndex = this.#batchInEpoch;
    this.#batchSize = batchSize(batch);
    await module.onTrainBatchStart?.(batch, batchIndex);
    await this.#callbacks((callback) => callback.onTrainBatchStart?.(this, module));
    for (const { optimizer, learningRate } of optimizers) {
      const weights = optimizer.parameters.map(([, parameter]) => parameter.value);
      const { value, grads } = valueAndGrads(() => module.trainingStep(batch, batchIndex), weights);
      try {
        optimizer.step(grads, learningRate(this.#globalStep));
      } finally {
        tf.dispose([value, ...grads]);
      }
    }
    this.#globalStep += 1;
    this.#batchInEpoch += 1;
    await module.onTrainBatchEnd?.(batch, batchIndex);
    const metrics = this.#trainMetrics.takeStep();
    if (this.#globalStep % this.params.log_every_n_steps === 0) {
      const rates = optimizers.map(({ learningRate }, i) => [rateName(i), learningRate(this.#globalStep - 1)] as const);
      this.logger.logScalars({ ...metrics.logger, ...Object.fromEntries(rates) }, this.#globalStep);
    }
    // Before the callbacks: a checkpoint of this step then has its validation behind it.
    const { val_check_interval: interval } = this.params;
    if (interval !== null && this.#globalStep % interval === 0) await this.#validate(valLoader);
    await this.#callbacks((callback) => callback.onTrainBatchEnd?.(this, module, { batch, batchIndex, metrics }));
  }

  async #validate(loader: DataLoader | undefined): Promise<void> {
    const limit = Math.min(this.params.limit_val_batches ?? Infinity, loader?.length ?? 0);
    if (!loader || limit === 0) return;
    const { module } = this.#running();
    this.#stage = 'validation';
    module.eval();
    try {
      await module.onValidationStart?.();
      await this.#callbacks((callback) => callback.onValidationStart?.(this, module));
      let batchIndex = 0;
      for await (const hostBatch of loader.epoch(this.#epoch)) {
        if (batchIndex >= limit || this.#stopReason !== undefined) break;
        const batch = toTensors(hostBatch);
        this.#batchSize = batchSize(batch);
        // Like a training step's, the tensors a validation step leaves behind are freed; unlike it, it may be asynchronous.
        tf.engine().startScope();
        try {
          await module.validationStep(batch, batchIndex);
        } finally {
          tf.engine().endScope();
          disposeTensors(batch);
        }
        batchIndex += 1;
        await nextTick();
      }
      await module.onValidationEnd?.();
    } finally {
      module.train();
      this.#stage = 'train';
    }
    const metrics: MetricValues = this.#validationMetrics.takeEpoch();
    // A validation that was broken off is no validation: its means cover other batches than the ones before.
    if (this.#stopReason !== undefined) return;
    this.logger.logScalars(metrics.logger, this.#globalStep);
    await this.#callbacks((callback) => callback.onValidationEnd?.(this, module, metrics));
  }

  #done(): boolean {
    return this.#stopReason !== undefined || this.#globalStep >= this.lastStep;
  }

  async #callbacks(hook: (callback: Callback) => unknown): Promise<void> {
    for (const callback of Object.values(this.#options.callbacks)) await hook(callback);
  }

  #running() {
    if (!this.#fit) throw new Error('the trainer is not fitting');
    return this.#fit;
  }
}

/** As Lightning's LearningRateMonitor names them. */
function rateName(index: number): string {
  return index === 0 ? 'lr' : `lr-${index}`;
}
