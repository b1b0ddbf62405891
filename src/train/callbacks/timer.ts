import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import { durationSeconds, durationText } from '../duration.js';
import type { Trainer } from '../trainer.js';
import type { Callback } from './callback.js';
import { timerParams } from './timer.params.js';

/** What is timed, under Lightning's names: a whole fit, and the validations in it. */
export type TimedStage = 'train' | 'validate';

interface State {
  /** Seconds. */
  readonly timeElapsed: Readonly<Record<TimedStage, number>>;
}

/**
 * Measures the time that a fit takes and stops it when a duration is over, as soon as `min_epochs` and `min_steps` allow, with
 * the rules of PyTorch Lightning's Timer. The time of a run that goes on is counted on from its checkpoint.
 */
export class Timer implements Callback {
  readonly #params: Params<typeof timerParams>;
  /** Seconds; Infinity without a limit. */
  readonly #duration: number;
  /** Seconds of some clock that only runs forward. */
  readonly #now: () => number;
  /** Seconds of what is over. */
  readonly #elapsed: Record<TimedStage, number> = { train: 0, validate: 0 };
  /** Since when a stage is under way. */
  readonly #since: Partial<Record<TimedStage, number>> = {};
  #isOver = false;

  constructor(params: ParamsInput<typeof timerParams> = {}, now = () => performance.now() / 1000) {
    this.#params = withDefaults(timerParams, params);
    const { duration } = this.#params;
    this.#duration = duration === null ? Infinity : durationSeconds(duration);
    this.#now = now;
  }

  /** Seconds so far: of the fit, its validations included, or of these. */
  timeElapsed(stage: TimedStage = 'train'): number {
    const since = this.#since[stage];
    return this.#elapsed[stage] + (since === undefined ? 0 : this.#now() - since);
  }

  /** Seconds of the fit that are left; Infinity where there is no limit. */
  timeRemaining(): number {
    return this.#duration - this.timeElapsed();
  }

  state(): unknown {
    const state: State = { timeElapsed: { train: this.timeElapsed(), validate: this.timeElapsed('validate') } };
    return state;
  }

  loadState(state: unknown): void {
    Object.assign(this.#elapsed, (state as State).timeElapsed);
  }

  /** Looked at whatever the interval: a run that goes on may have no time left. */
  onFitStart(trainer: Trainer): void {
    this.#start('train');
    if (this.timeRemaining() > 0) return;
    this.#stop(trainer, '; to go on, give a longer one: max_time, or the duration of Timer');
  }

  onValidationStart(): void {
    this.#start('validate');
  }

  onValidationEnd(): void {
    this.#end('validate');
  }

  onTrainBatchEnd(trainer: Trainer): void {
    if (this.#params.interval === 'step' && this.timeRemaining() <= 0) this.#stop(trainer);
  }

  onTrainEpochEnd(trainer: Trainer): void {
    if (this.#params.interval === 'epoch' && this.timeRemaining() <= 0) this.#stop(trainer);
  }

  onFitEnd(trainer: Trainer): void {
    this.#end('validate');
    this.#end('train');
    if (!this.#params.verbose) return;
    const [train, validate] = [this.timeElapsed(), this.timeElapsed('validate')].map(durationText);
    trainer.report(
      `step ${trainer.globalStep}  time ${train ?? ''} (days:hours:minutes:seconds), validation ${validate ?? ''} of it`,
    );
  }

  #start(stage: TimedStage): void {
    this.#since[stage] = this.#now();
  }

  #end(stage: TimedStage): void {
    this.#elapsed[stage] = this.timeElapsed(stage);
    this.#since[stage] = undefined;
  }

  /** The trainer may go on for a while: that is said once. */
  #stop(trainer: Trainer, remedy = ''): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const reason = `the time of ${durationText(this.#duration)} is over`;
    if (this.#params.verbose || remedy !== '') trainer.report(`step ${trainer.globalStep}  ${reason}${remedy}`);
    trainer.requests.stopEarly(reason);
  }
}
