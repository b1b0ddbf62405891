import * as tf from '@tensorflow/tfjs-core';
import { batchSize } from '../../data/to-tensors.js';
import type { LightningModule } from '../lightning-module.js';
import type { TimeSpent } from '../step-times.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';

const MEBIBYTE = 2 ** 20;

/** Since the statistics were logged last. */
interface Interval {
  readonly began: number;
  readonly spent: TimeSpent;
  steps: number;
  samples: number;
}

/**
 * Logs, every `log_every_n_steps`, what a step took in the mean, how long it waited for its data, the samples of a second
 * and the memory in use; says and logs the time of each epoch. An epoch that a run went on in has no time.
 */
export class DeviceStatistics implements Callback {
  #epochStarted: number | undefined;
  #interval: Interval | undefined;

  onTrainEpochStart(): void {
    this.#epochStarted = performance.now();
  }

  onTrainBatchEnd(trainer: Trainer, _module: LightningModule, { batch, stepped }: StepResult): void {
    // The first step of all prepares much that no other has to: it is no part of the means.
    if (!this.#interval) {
      if (stepped) this.#begin(trainer);
      return;
    }
    this.#interval.samples += batchSize(batch);
    if (!stepped) return;
    this.#interval.steps += 1;
    if (trainer.globalStep % trainer.params.log_every_n_steps === 0) this.#log(trainer, this.#interval);
  }

  onTrainEpochEnd(trainer: Trainer): void {
    const seconds = this.#epochStarted === undefined ? undefined : (performance.now() - this.#epochStarted) / 1000;
    this.#epochStarted = undefined;
    const memory = memoryInUse();
    trainer.logger.logScalars(
      { ...(seconds !== undefined && { 'device/epoch_seconds': seconds }), ...memory },
      trainer.globalStep,
    );
    const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s, `;
    const { 'device/tensors_mib': tensors, 'device/resident_mib': resident } = memory;
    trainer.report(
      `epoch ${trainer.currentEpoch - 1}: ${time}${tensors.toFixed(0)} MiB of tensors, ${resident.toFixed(0)} MiB resident`,
    );
  }

  #begin(trainer: Trainer): void {
    this.#interval = { began: performance.now(), spent: trainer.timeSpent, steps: 0, samples: 0 };
  }

  #log(trainer: Trainer, { began, spent: before, steps, samples }: Interval): void {
    const { data, compute } = trainer.timeSpent;
    trainer.logger.logScalars(
      {
        'device/step_seconds': (compute - before.compute) / steps,
        'device/data_wait_seconds': (data - before.data) / steps,
        'device/samples_per_second': samples / ((performance.now() - began) / 1000),
        ...memoryInUse(),
      },
      trainer.globalStep,
    );
    this.#begin(trainer);
  }
}

/**
 * Of the tensors that are alive, and of the process. What the engine holds of tensors lies on its device: with a GPU the
 * first is the GPU's memory.
 */
function memoryInUse() {
  const { numBytes, numNativeBytes = numBytes } = tf.memory() as tf.MemoryInfo & { numNativeBytes?: number };
  return {
    'device/tensors_mib': numNativeBytes / MEBIBYTE,
    'device/resident_mib': process.memoryUsage.rss() / MEBIBYTE,
  };
}
