import * as tf from '@tensorflow/tfjs-core';
import type { Trainer } from '../trainer.js';
import type { Callback } from './callback.js';

const MEBIBYTE = 2 ** 20;

/**
 * Says and logs, for each epoch, how long it took and how much memory is in use: of tensors, and of the process. An epoch
 * that a run went on in has no time.
 */
export class DeviceStatistics implements Callback {
  #started: number | undefined;

  onTrainEpochStart(): void {
    this.#started = performance.now();
  }

  onTrainEpochEnd(trainer: Trainer): void {
    const seconds = this.#started === undefined ? undefined : (performance.now() - this.#started) / 1000;
    const tensors = tf.memory().numBytes / MEBIBYTE;
    const resident = process.memoryUsage.rss() / MEBIBYTE;
    this.#started = undefined;
    trainer.logger.logScalars(
      {
        ...(seconds !== undefined && { 'device/epoch_seconds': seconds }),
        'device/tensors_mib': tensors,
        'device/resident_mib': resident,
      },
      trainer.globalStep,
    );
    const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s, `;
    trainer.report(
      `epoch ${trainer.currentEpoch - 1}: ${time}${tensors.toFixed(0)} MiB of tensors, ${resident.toFixed(0)} MiB resident`,
    );
  }
}
