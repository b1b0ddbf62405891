import { formatValue } from '../../logging/format.js';
import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { Trainer } from '../trainer.js';
import type { Callback } from './callback.js';
import { earlyStoppingParams } from './early-stopping.params.js';
import { unknownMonitor } from './unknown-monitor.js';

interface State {
  /** Absent before the first check. */
  readonly best?: number;
  /** Checks since the last improvement. */
  readonly waited: number;
  /** What was checked last, null where JSON has no such number; absent before, and in checkpoints of earlier versions. */
  readonly value?: number | null;
}

/** Stops training when a logged value has stopped improving, with the rules of PyTorch Lightning's EarlyStopping. */
export class EarlyStopping implements Callback {
  readonly #params: Params<typeof earlyStoppingParams>;
  #state: State = { waited: 0 };

  constructor(params: ParamsInput<typeof earlyStoppingParams>) {
    this.#params = withDefaults(earlyStoppingParams, params);
  }

  state(): unknown {
    return this.#state;
  }

  loadState(state: unknown): void {
    this.#state = state as State;
  }

  /** A run that goes on stops where it would have, unless its parameters let it go further by now. */
  onFitStart(trainer: Trainer): void {
    const { value, waited } = this.#state;
    if (value === undefined) return;
    const isOutOfPatience = waited > 0 && waited >= this.#params.patience;
    if (isOutOfPatience || this.#reasonByValue(value ?? NaN) !== undefined) trainer.stopEarly();
  }

  onValidationEnd(trainer: Trainer): void {
    if (this.#params.check_on_train_epoch_end !== true) this.#check(trainer);
  }

  onTrainEpochEnd(trainer: Trainer): void {
    if (this.#params.check_on_train_epoch_end === true) this.#check(trainer);
  }

  #check(trainer: Trainer): void {
    const { monitor, strict, verbose } = this.#params;
    const value = trainer.latestMetrics[monitor];
    if (value === undefined) {
      if (strict) throw unknownMonitor(monitor, trainer.latestMetrics);
      return;
    }
    const reason = this.#reason(value);
    if (reason !== undefined) {
      trainer.report(`step ${trainer.globalStep}  early stopping: ${monitor} ${formatValue(value)}, ${reason}`);
      trainer.stopEarly();
    } else if (verbose && this.#state.waited === 0) {
      trainer.report(`step ${trainer.globalStep}  ${monitor} improved to ${formatValue(value)}`);
    }
  }

  /** Why to stop after this value, if so; takes it into account. */
  #reason(value: number): string | undefined {
    const reason = this.#reasonByValue(value);
    const { best, waited } = this.#state;
    if (reason !== undefined) {
      this.#state = { ...this.#state, value };
      return reason;
    }
    if (best === undefined || this.#isBetter(value, best, this.#params.min_delta)) {
      this.#state = { best: value, waited: 0, value };
      return undefined;
    }
    this.#state = { best, waited: waited + 1, value };
    const isOut = waited + 1 >= this.#params.patience;
    return isOut ? `no better than ${formatValue(best)} in ${waited + 1} checks` : undefined;
  }

  #reasonByValue(value: number): string | undefined {
    const { check_finite: finite, stopping_threshold: good, divergence_threshold: bad } = this.#params;
    if (finite && !Number.isFinite(value)) return 'which is not finite';
    if (good !== null && this.#isBetter(value, good)) return `better than ${good}`;
    if (bad !== null && this.#isBetter(bad, value)) return `worse than ${bad}`;
    return undefined;
  }

  #isBetter(value: number, other: number, by = 0): boolean {
    return this.#params.mode === 'min' ? value < other - by : value > other + by;
  }
}
