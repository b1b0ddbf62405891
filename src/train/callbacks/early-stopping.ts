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
  /** Where it asked for a stop, the parameters that it did so with: `min_steps` may hold the stop back. */
  readonly stoppedWith?: string;
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

  /** A run that goes on stops where it would have, unless other parameters are to let it go further. */
  onFitStart(trainer: Trainer): void {
    if (this.#state.stoppedWith === JSON.stringify(this.#params))
      trainer.requests.stopEarly(`early stopping: ${this.#params.monitor}`);
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
      const told = `early stopping: ${monitor} ${formatValue(value)}, ${reason}`;
      trainer.report(`step ${trainer.globalStep}  ${told}`);
      this.#state = { ...this.#state, stoppedWith: JSON.stringify(this.#params) };
      trainer.requests.stopEarly(told);
    } else if (verbose && this.#state.waited === 0) {
      trainer.report(`step ${trainer.globalStep}  ${monitor} improved to ${formatValue(value)}`);
    }
  }

  /** Why to stop after this value, if so; takes it into account. */
  #reason(value: number): string | undefined {
    const { check_finite: finite, stopping_threshold: good, divergence_threshold: bad, patience } = this.#params;
    if (finite && !Number.isFinite(value)) return 'which is not finite';
    if (good !== null && this.#isBetter(value, good)) return `better than ${good}`;
    if (bad !== null && this.#isBetter(bad, value)) return `worse than ${bad}`;
    const { best, waited } = this.#state;
    if (best === undefined || this.#isBetter(value, best, this.#params.min_delta)) {
      this.#state = { ...this.#state, best: value, waited: 0 };
      return undefined;
    }
    this.#state = { ...this.#state, waited: waited + 1 };
    return waited + 1 >= patience ? `no better than ${formatValue(best)} in ${waited + 1} checks` : undefined;
  }

  #isBetter(value: number, other: number, by = 0): boolean {
    return this.#params.mode === 'min' ? value < other - by : value > other + by;
  }
}
