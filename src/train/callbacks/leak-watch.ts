import * as tf from '@tensorflow/tfjs-core';
import type { Reporter } from '../../logging/reporter.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';

/** Steps after which everything a training keeps for itself exists. */
const SETTLED_STEPS = 20;
const CHECK_EVERY = 50;

/** Warns, once, when the number of tensors grows from step to step: a model or a callback then leaks memory. */
export class LeakWatch implements Callback {
  readonly #reporter: Reporter;
  #settled: number | undefined;
  #startStep = 0;
  #warned = false;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  onFitStart(trainer: Trainer): void {
    this.#startStep = trainer.globalStep;
  }

  onTrainBatchEnd({ globalStep }: Trainer, _module: LightningModule, { stepped }: StepResult): void {
    // Gradients that wait for more of their kind are no leak.
    if (!stepped) return;
    const steps = globalStep - this.#startStep;
    if (this.#warned || steps < SETTLED_STEPS || (steps !== SETTLED_STEPS && steps % CHECK_EVERY !== 0)) return;
    const { numTensors } = tf.memory();
    this.#settled ??= numTensors;
    const grown = numTensors - this.#settled;
    // One or two may be a callback's; one more with every step is a leak.
    if (grown < steps - SETTLED_STEPS || grown === 0) return;
    this.#warned = true;
    this.#reporter.warn(
      `the number of tensors grew by ${grown} in ${steps - SETTLED_STEPS} steps: some are not disposed ` +
        '(wrap code outside the training step in tf.tidy)',
    );
  }
}
