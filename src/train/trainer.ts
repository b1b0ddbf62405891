import type * as tf from '@tensorflow/tfjs-core';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { DataLoader } from '../data/data-loader.js';
import { batchSize, disposeTensors, toTensors, type TensorBatch } from '../data/to-tensors.js';
import type { RunFolder } from '../io/run-folder.js';
import { eventBytesLogged } from '../logging/event-files.js';
import type { Logger } from '../logging/logger.js';
import { bytesLogged } from '../logging/metrics-file.js';
import { withDefaults } from '../params.js';
import { RandomStreams } from '../random/index.js';
import type { StepResult } from './callbacks/callback.js';
import { CallbackList } from './callbacks/callback-list.js';
import type { Checkpoint } from './checkpoint-file.js';
import { fitLoaders } from './fit-loaders.js';
import { evaluate, type EvaluationOptions } from './evaluation.js';
import type { LightningModule, TrainerHandle } from './lightning-module.js';
import { LoggedMetrics } from './logged-metrics.js';
import { evaluationBatches, LoopPlan } from './loop-plan.js';
import type { LogOptions, MetricValues } from './metrics.js';
import { Optimization, optimizationOptions, type LearningRate } from './optimization.js';
import type { FitOptions, TestOptions, TrainerOptions } from './trainer-options.js';
import { Requests } from './requests.js';
import { StepTimes, type TimeSpent } from './step-times.js';
import { trainerParams, type TrainerParams } from './trainer.params.js';

/** What a fit works with. */
interface Fit {
  readonly module: LightningModule;
  readonly optimization: Optimization;
  readonly plan: LoopPlan;
  readonly trainLoader: DataLoader;
  readonly valLoader: DataLoader | undefined;
}

/**
 * The training loop: epochs of batches, each forward and backward, and a step of the optimizers after every one or, with
 * `accumulate_grad_batches`, after several, with validation, logging and callbacks around them, as PyTorch Lightning
 * orders them. What it does is a pure function of the configuration, the seed and the checkpoint it resumes from.
 */
export class Trainer implements TrainerHandle {
  readonly params: TrainerParams;
  readonly logger: Logger;
  readonly run: RunFolder;
  readonly requests = new Requests();
  readonly #options: TrainerOptions;
  readonly #callbacks: CallbackList;
  readonly #streams: RandomStreams;
  readonly #logged = new LoggedMetrics();
  readonly #times = new StepTimes();
  #globalStep = 0;
  #epoch = 0;
  #batchInEpoch = 0;
  /** Whether batches were taken whose step is still to come. */
  #isAccumulating = false;
  /** Whether a stop broke off the validation after the last batch: it and the callbacks are left to the run that goes on. */
  #isBatchUnended = false;
  #fit: Fit | undefined;
  /** The module that a fit has left with its weights. */
  #fitted: LightningModule | undefined;

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#callbacks = new CallbackList(options.callbacks);
    this.params = withDefaults(trainerParams, options.params);
    this.logger = options.logger;
    this.run = options.run;
    this.#streams = new RandomStreams(options.seed);
  }

  /** Steps of the optimizers so far: training batches, or where gradients are accumulated, groups of them. */
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

  /** The step at which training ends, unless it is asked to stop before; Infinity outside a fit. */
  get lastStep(): number {
    return this.#fit?.plan.lastStep ?? Infinity;
  }

  /** Whether a step's gradients are being gathered: what they sum up to is in no checkpoint. */
  get isAccumulating(): boolean {
    return this.#isAccumulating;
  }

  /** Whether the batch just trained on is the last of its epoch, whose end follows. */
  get isAtEpochEnd(): boolean {
    return this.#batchInEpoch >= (this.#fit?.plan.trainBatches ?? Infinity);
  }

  /** The newest value of everything logged, under the names that loggers see. */
  get latestMetrics(): Readonly<Record<string, number>> {
    return this.#logged.latest;
  }

  /** What this process's steps so far have spent their time on. */
  get timeSpent(): TimeSpent {
    return this.#times.spent;
  }

  /** What each optimizer steps by at a step, counted from 0. */
  learningRates(step: number): LearningRate[] {
    return this.#running().optimization.learningRates(step);
  }

  /** Runs what is to see the weights that validations see, such as the drawing of images. */
  inEvaluation<T>(run: () => Promise<T>): Promise<T> {
    return this.#callbacks.inEvaluation(run);
  }

  /** Says something to the person who watches. */
  report(text: string): void {
    this.#options.report?.(text);
  }

  log(name: string, value: tf.Tensor | number, options: LogOptions): void {
    this.#logged.log(name, value, options);
  }

  /** Trains until the last step or a stop. The module keeps its weights; its optimizers' state is freed. */
  async fit({ module, data, resume }: FitOptions): Promise<void> {
    const { trainLoader, valLoader } = fitLoaders(data, this.params, this.#options.seed);
    const plan = new LoopPlan(this.params, { train: trainLoader.length, validation: valLoader?.length ?? 0 });
    module.attach(this);
    // Order matters: weights first, so that an average of them begins where they begin.
    module.initialize(this.#streams);
    if (resume) module.loadStateDict(resume.weights);
    const beforeStep = this.#callbacks.beforeOptimizerStep(this, module);
    const optimization = new Optimization(module, optimizationOptions(this.params, plan.accumulate, beforeStep));
    this.#fit = { module, optimization, plan, trainLoader, valLoader };
    if (resume) this.#restore(resume);
    if (resume && this.#globalStep >= plan.lastStep) {
      this.report(
        `nothing is left to train: step ${this.#globalStep} of ${plan.lastStep}; to go on, raise max_steps or max_epochs`,
      );
    }
    try {
      await module.onFitStart?.();
      await this.#callbacks.call((callback) => callback.onFitStart?.(this, module));
      if (resume) await this.#endInterrupted();
      else await this.#sanityCheck();
      while (!this.#done()) await this.#trainEpoch();
      await module.onFitEnd?.();
      await this.#callbacks.call((callback) => callback.onFitEnd?.(this, module));
      this.#fitted = module;
    } finally {
      this.#callbacks.tearDown(this, module);
      module.attach(undefined);
      optimization.dispose();
      this.#fit = undefined;
    }
  }

  /**
   * Runs the test set, or the validation set, through the module once, logs the means and returns them. A module that this
   * trainer has not trained is initialized, and takes its weights from `checkpoint` if there is one.
   * @throws Error where the data have no such set
   */
  async test({ module, data, set = 'test', checkpoint }: TestOptions): Promise<Readonly<Record<string, number>>> {
    const { seed } = this.#options;
    const loader = set === 'test' ? data.testLoader(seed) : data.valLoader(seed);
    if (!loader) throw new Error(`the data module has no ${set} data`);
    if (this.#fitted !== module) module.initialize(this.#streams);
    if (checkpoint) {
      module.loadStateDict(checkpoint.weights);
      this.#epoch = checkpoint.progress.epoch;
      this.#globalStep = checkpoint.progress.globalStep;
    }
    const option = set === 'test' ? 'limit_test_batches' : 'limit_val_batches';
    const limit = evaluationBatches(this.params, option, loader.length);
    module.attach(this);
    try {
      const metrics = await this.#evaluate(set, { module, loader, limit });
      if (metrics === undefined) return {};
      this.logger.logScalars(metrics.logger, this.#globalStep);
      await this.#callbacks.call((callback) =>
        set === 'test'
          ? callback.onTestEnd?.(this, module, metrics)
          : callback.onValidationEnd?.(this, module, metrics),
      );
      return metrics.logger;
    } finally {
      module.attach(undefined);
    }
  }

  /**
   * Everything it takes to go on from here. Its tensors are as they are when they are read: before training goes on.
   * @throws Error between the batches of one step: see isAccumulating
   */
  checkpoint(): Checkpoint {
    if (this.#isAccumulating) throw new Error('a checkpoint between the batches of one step');
    const { module, optimization } = this.#running();
    const { states, ...tensors } = this.#callbacks.save(module.stateSource());
    return {
      progress: {
        epoch: this.#epoch,
        globalStep: this.#globalStep,
        batchInEpoch: this.#batchInEpoch,
        ...(this.#isBatchUnended && { isBatchUnended: true }),
        seed: this.#options.seed,
        ...(this.#options.scaleLr !== undefined && { scaleLr: this.#options.scaleLr }),
        ...bytesLogged(this.run.metrics),
        eventBytes: eventBytesLogged(this.run.tensorboard),
        streams: this.#streams.state,
        metrics: this.#logged.train.state,
        latestMetrics: { ...this.#logged.latest },
        callbacks: states,
      },
      ...tensors,
      optimizers: optimization.states(),
      config: this.#options.config,
    };
  }

  #restore(checkpoint: Checkpoint): void {
    const { progress, optimizers } = checkpoint;
    this.#epoch = progress.epoch;
    this.#globalStep = progress.globalStep;
    this.#batchInEpoch = progress.batchInEpoch;
    this.#isBatchUnended = progress.isBatchUnended ?? false;
    this.#streams.state = progress.streams;
    this.#logged.train.state = progress.metrics;
    this.#logged.latest = progress.latestMetrics ?? {};
    const { module, optimization } = this.#running();
    this.#callbacks.load(checkpoint, module);
    optimization.load(optimizers);
  }

  async #trainEpoch(): Promise<void> {
    const { module, plan, trainLoader } = this.#running();
    if (this.#batchInEpoch === 0) {
      await module.onTrainEpochStart?.();
      await this.#callbacks.call((callback) => callback.onTrainEpochStart?.(this, module));
    }
    for await (const hostBatch of this.#times.waiting(trainLoader.epoch(this.#epoch, this.#batchInEpoch))) {
      if (this.#batchInEpoch >= plan.trainBatches) break;
      if (this.#done()) return;
      const batch = toTensors(hostBatch);
      try {
        await this.#trainBatch(batch);
      } finally {
        disposeTensors(batch);
      }
      // Lets signals, timers and writers have their turn: the step itself never leaves the thread.
      await nextTick();
    }
    await this.#endEpoch();
  }

  /** A stop that comes with the last batch, or in the validation, leaves the end of the epoch to the run that goes on. */
  async #endEpoch(): Promise<void> {
    const { module, plan } = this.#running();
    if (this.requests.stopReason !== undefined) return;
    if (plan.validatesEpoch(this.#epoch) && !(await this.#validate())) return;
    await module.onTrainEpochEnd?.();
    const means = this.#logged.train.takeEpoch();
    this.#logged.keepEpoch(means);
    this.logger.logScalars({ ...means.logger, epoch: this.#epoch }, this.#globalStep);
    // Before the callbacks: a checkpoint made there goes on with the next epoch.
    this.#epoch += 1;
    this.#batchInEpoch = 0;
    await this.#callbacks.call((callback) => callback.onTrainEpochEnd?.(this, module));
    await this.#saveIfAsked();
  }

  /** Does what a run that was stopped left of its last batch and of its epoch. */
  async #endInterrupted(): Promise<void> {
    const { trainLoader, plan } = this.#running();
    if (this.#isBatchUnended) {
      const batchIndex = this.#batchInEpoch - 1;
      for await (const hostBatch of trainLoader.epoch(this.#epoch, batchIndex)) {
        const batch = toTensors(hostBatch);
        try {
          // Only steps are saved, so the batch was the last of one; its metrics were logged then.
          await this.#endBatch({ batch, batchIndex, stepped: true, metrics: NO_METRICS });
        } finally {
          disposeTensors(batch);
        }
        break;
      }
    }
    if (this.#batchInEpoch >= plan.trainBatches) await this.#endEpoch();
  }

  async #trainBatch(batch: TensorBatch): Promise<void> {
    const { module, optimization, plan } = this.#running();
    const batchIndex = this.#batchInEpoch;
    this.#logged.batchSize = batchSize(batch);
    const stepped = plan.stepsAfter(batchIndex + 1);
    await module.onTrainBatchStart?.(batch, batchIndex);
    await this.#callbacks.call((callback) => callback.onTrainBatchStart?.(this, module));
    this.#isAccumulating = true;
    this.#times.computing(() => {
      optimization.take(batch, batchIndex, { step: this.#globalStep, isLast: stepped });
    });
    this.#isAccumulating = !stepped;
    if (stepped) this.#globalStep += 1;
    this.#batchInEpoch += 1;
    await module.onTrainBatchEnd?.(batch, batchIndex);
    if (stepped) await this.#callbacks.call((callback) => callback.onStepEnd?.(this, module));
    // Of a step on several batches, the values of the last one are the step's.
    const metrics = stepped ? this.#logged.train.takeStep() : NO_METRICS;
    this.#logged.keepStep(metrics);
    if (stepped && this.#globalStep % this.params.log_every_n_steps === 0) {
      const rates = this.learningRates(this.#globalStep - 1).map(({ rate }, i) => [rateName(i), rate] as const);
      this.logger.logScalars({ ...metrics.logger, ...Object.fromEntries(rates) }, this.#globalStep);
    }
    await this.#endBatch({ batch, batchIndex, stepped, metrics: { ...metrics, progBar: this.#logged.progBar } });
  }

  async #endBatch(result: StepResult): Promise<void> {
    const { module, plan } = this.#running();
    // Before the callbacks: a checkpoint of this step then has its validation behind it.
    this.#isBatchUnended = plan.validatesAfter(this.#batchInEpoch, this.#epoch) && !(await this.#validate());
    if (this.#isBatchUnended) return;
    await this.#callbacks.call((callback) => callback.onTrainBatchEnd?.(this, module, result));
    if (result.stepped && !this.isAtEpochEnd) await this.#saveIfAsked();
  }

  async #saveIfAsked(): Promise<void> {
    if (this.requests.takeSave()) await this.#callbacks.call((callback) => callback.onSaveRequest?.(this));
  }

  /** Validates a little before training, to find what is wrong there; leaves no trace but an error. */
  async #sanityCheck(): Promise<void> {
    const { module, plan, valLoader: loader } = this.#running();
    if (!loader || plan.sanityBatches === 0) return;
    const streams = this.#streams.state;
    const silent = { call: () => Promise.resolve(), onBatchValues: () => undefined };
    await this.#evaluate('validation', { module, loader, limit: plan.sanityBatches }, silent);
    this.#streams.state = streams;
  }

  /** @returns whether it came to its end: where a stop breaks it off, it leaves no trace, to be done when the run goes on. */
  async #validate(): Promise<boolean> {
    const { module, plan, valLoader: loader } = this.#running();
    if (!loader || plan.validationBatches === 0) return true;
    const streams = this.#streams.state;
    const metrics = await this.#evaluate('validation', { module, loader, limit: plan.validationBatches });
    if (metrics === undefined) {
      this.#streams.state = streams;
      return false;
    }
    this.#logged.keepEpoch(metrics);
    this.logger.logScalars(metrics.logger, this.#globalStep);
    await this.#callbacks.call((callback) => callback.onValidationEnd?.(this, module, metrics));
    return true;
  }

  /** @returns undefined where a stop broke it off */
  #evaluate(
    stage: 'validation' | 'test',
    what: Pick<EvaluationOptions, 'module' | 'loader' | 'limit'>,
    hooks: Partial<Pick<EvaluationOptions, 'call' | 'onBatchValues'>> = {},
  ): Promise<MetricValues | undefined> {
    const options: EvaluationOptions = {
      stage,
      ...what,
      call: (hook) => this.#callbacks.call(hook),
      onBatchValues: (values) => {
        if (Object.keys(values).length > 0) this.logger.logScalars(values, this.#globalStep);
      },
      // Between the batches of a step there is nothing to save: it goes on, and so does its validation.
      isBrokenOff: () => this.requests.stopReason !== undefined && !this.#isAccumulating,
      ...hooks,
    };
    return this.inEvaluation(() => evaluate(this, this.#logged, options));
  }

  #done(): boolean {
    // A step that has begun is finished: what its batches have summed up is in no checkpoint.
    if (this.#isAccumulating) return false;
    const { stopReason, earlyStopReason } = this.requests;
    const stopsEarly = earlyStopReason !== undefined && this.#running().plan.mayStopEarly(this.#globalStep);
    return stopReason !== undefined || stopsEarly || this.#globalStep >= this.lastStep;
  }

  #running() {
    if (!this.#fit) throw new Error('the trainer is not fitting');
    return this.#fit;
  }
}

const NO_METRICS: MetricValues = { logger: {}, progBar: {} };

/** By the optimizer's place; LearningRateMonitor adds Lightning's names. */
function rateName(index: number): string {
  return index === 0 ? 'lr' : `lr-${index}`;
}
