import { formatValue } from '../../logging/format.js';
import { Progress } from '../../logging/progress.js';
import type { Reporter } from '../../logging/reporter.js';
import type { LightningModule } from '../lightning-module.js';
import type { MetricValues } from '../metrics.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';

/** Shows the training's progress and each validation's result. */
export class ProgressBar implements Callback {
  readonly #reporter: Reporter;
  #progress: Progress | undefined;
  /** Whether this step had a validation, whose time the rate of steps leaves out. */
  #validated = false;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  onFitStart(trainer: Trainer): void {
    const total = Number.isFinite(trainer.lastStep) ? trainer.lastStep : undefined;
    this.#progress = new Progress(this.#reporter, { label: label(trainer), total, start: trainer.globalStep });
  }

  onTrainBatchEnd(trainer: Trainer, _module: LightningModule, { metrics }: StepResult): void {
    this.#progress?.update(trainer.globalStep, shortNames(metrics.progBar), label(trainer));
    if (this.#validated) this.#progress?.resume();
    this.#validated = false;
  }

  onValidationEnd(trainer: Trainer, _module: LightningModule, { logger }: MetricValues): void {
    const values = Object.entries(logger).map(([name, value]) => `${name} ${formatValue(value)}`);
    this.#reporter.info(`step ${trainer.globalStep}  ${values.join('  ')}`);
    this.#validated = true;
  }

  onFitEnd(): void {
    this.#progress?.finish();
  }
}

function label({ currentEpoch }: Trainer): string {
  return `epoch ${currentEpoch}`;
}

/** `train/loss_step` as `loss`: the line has little room. */
function shortNames(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name.replace(/^train\//, '').replace(/_step$/, ''), value]),
  );
}
