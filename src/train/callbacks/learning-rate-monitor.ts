import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { LightningModule } from '../lightning-module.js';
import type { LearningRate } from '../optimization.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';
import { learningRateMonitorParams } from './learning-rate-monitor.params.js';

/**
 * Logs the learning rates under PyTorch Lightning's names, `lr-AdamW`; the trainer logs them as `lr` in any case. Without a
 * `logging_interval` each schedule is logged at its own, which here is the step, and a rate without one at steps and at
 * the beginning of epochs, as Lightning has it.
 */
export class LearningRateMonitor implements Callback {
  readonly #params: Params<typeof learningRateMonitorParams>;

  constructor(params: ParamsInput<typeof learningRateMonitorParams> = {}) {
    this.#params = withDefaults(learningRateMonitorParams, params);
  }

  onTrainEpochStart(trainer: Trainer): void {
    const { logging_interval: interval } = this.#params;
    if (interval === 'step') return;
    const rates = trainer.learningRates(trainer.globalStep);
    this.#log(trainer, interval === 'epoch' ? rates : rates.filter(({ isScheduled }) => !isScheduled));
  }

  onTrainBatchEnd(trainer: Trainer, _module: LightningModule, { stepped }: StepResult): void {
    if (this.#params.logging_interval === 'epoch' || !stepped) return;
    if (trainer.globalStep % trainer.params.log_every_n_steps !== 0) return;
    this.#log(trainer, trainer.learningRates(trainer.globalStep - 1));
  }

  #log(trainer: Trainer, rates: readonly LearningRate[]): void {
    if (rates.length === 0) return;
    const entries = rates.flatMap(({ name, rate, momentum }): [string, number][] => [
      [`lr-${name}`, rate],
      ...(this.#params.log_momentum ? [[`lr-${name}-momentum`, momentum] as [string, number]] : []),
    ]);
    trainer.logger.logScalars(Object.fromEntries(entries), trainer.globalStep);
  }
}
