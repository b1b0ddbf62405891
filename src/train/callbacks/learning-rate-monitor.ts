import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';
import { learningRateMonitorParams } from './learning-rate-monitor.params.js';

/** Logs the learning rates under PyTorch Lightning's names, `lr-AdamW`; the trainer logs them as `lr` in any case. */
export class LearningRateMonitor implements Callback {
  readonly #params: Params<typeof learningRateMonitorParams>;

  constructor(params: ParamsInput<typeof learningRateMonitorParams> = {}) {
    this.#params = withDefaults(learningRateMonitorParams, params);
  }

  onTrainEpochStart(trainer: Trainer): void {
    if (this.#params.logging_interval === 'epoch') this.#log(trainer, trainer.globalStep);
  }

  onTrainBatchEnd(trainer: Trainer, _module: LightningModule, { stepped }: StepResult): void {
    if (this.#params.logging_interval === 'epoch' || !stepped) return;
    if (trainer.globalStep % trainer.params.log_every_n_steps === 0) this.#log(trainer, trainer.globalStep - 1);
  }

  /** @param step whose rates to log, counted from 0 */
  #log(trainer: Trainer, step: number): void {
    const rates = Object.fromEntries(trainer.learningRates(step).map(({ name, rate }) => [`lr-${name}`, rate]));
    trainer.logger.logScalars(rates, trainer.globalStep);
  }
}
