import { formatValue } from '../../logging/format.js';
import { Progress } from '../../logging/progress.js';
import type { Reporter } from '../../logging/reporter.js';
import type { LightningModule } from '../lightning-module.js';
import type { MetricValues } from '../metrics.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult, ValidationResult } from './callback.js';

/** A longer time between two steps is a pause. */
const PAUSE_MS = 500;

/** Shows the training's progress and each validation's result. */
export class ProgressBar implements Callback {
  readonly #reporter: Reporter;
  #progress: Progress | undefined;
  /** When the last step ended, in milliseconds; unset where a validation was part of it. */
  #stepEnded: number | undefined;
  #validated = false;
  /** Of a validation or a test under way. */
  #evaluation: Progress | undefined;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  onFitStart(trainer: Trainer): void {
    // A run that goes on may be past a limit that was lowered.
    const total = Number.isFinite(trainer.lastStep) ? Math.max(trainer.lastStep, trainer.globalStep) : undefined;
    this.#progress = new Progress(this.#reporter, { label: label(trainer), total, start: trainer.globalStep });
  }

  onTrainBatchStart(): void {
    // A validation, pictures or a checkpoint came in between: none of the time that a step takes.
    if (performance.now() - (this.#stepEnded ?? -Infinity) > PAUSE_MS) this.#progress?.resume();
  }

  onTrainBatchEnd(trainer: Trainer, _module: LightningModule, { metrics, stepped }: StepResult): void {
    if (!stepped) return;
    const values = shortNames(metrics.progBar);
    this.#progress?.update(trainer.globalStep, { values, label: label(trainer), isTimed: !this.#validated });
    this.#stepEnded = this.#validated ? undefined : performance.now();
    this.#validated = false;
  }

  onValidationBatchEnd(_trainer: Trainer, _module: LightningModule, result: ValidationResult): void {
    this.#showEvaluation('validation', result);
  }

  onTestBatchEnd(_trainer: Trainer, _module: LightningModule, result: ValidationResult): void {
    this.#showEvaluation('test', result);
  }

  onTestEnd(): void {
    this.#endEvaluation();
  }

  onValidationEnd(trainer: Trainer, _module: LightningModule, { logger }: MetricValues): void {
    this.#endEvaluation();
    const values = Object.entries(logger).map(([name, value]) => `${name} ${formatValue(value)}`);
    this.#reporter.info(`step ${trainer.globalStep}  ${values.join('  ')}`);
    this.#validated = true;
  }

  onFitEnd(): void {
    this.#progress?.finish();
  }

  #showEvaluation(label: string, { batchIndex, batches: total }: ValidationResult): void {
    this.#evaluation ??= new Progress(this.#reporter, { label, total });
    this.#evaluation.update(batchIndex + 1);
  }

  #endEvaluation(): void {
    this.#evaluation?.clear();
    this.#evaluation = undefined;
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
