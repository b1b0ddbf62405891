import { formatDuration, formatRate, formatValue } from './format.js';
import type { Reporter } from './reporter.js';
import { Throughput } from './throughput.js';

/** What a progress line says. */
export interface ProgressState {
  /** What is going on: `epoch 0`, `validation`. */
  readonly label: string;
  readonly done: number;
  /** Where it ends; undefined where that is open. */
  readonly total: number | undefined;
  readonly perSecond: number | undefined;
  readonly values: Readonly<Record<string, number>>;
}

/** `epoch 0  step 120/2400  5%  loss 0.0456  8.3 it/s  ETA 4:35`; what is unknown is left out. */
export function formatProgress({ label, done, total, perSecond, values }: ProgressState): string {
  const remaining = total === undefined || !perSecond ? undefined : (total - done) / perSecond;
  return [
    label,
    total === undefined ? `step ${done}` : `step ${done}/${total}`,
    total ? `${Math.floor((100 * done) / total)}%` : '',
    ...Object.entries(values).map(([name, value]) => `${name} ${formatValue(value)}`),
    perSecond ? formatRate(perSecond) : '',
    remaining === undefined ? '' : `ETA ${formatDuration(remaining)}`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

export interface ProgressOptions {
  readonly label: string;
  readonly total?: number | undefined;
  /** Where a resumed run begins. */
  readonly start?: number;
  /** On anything but a terminal, and in the log file, a line comes so often at most. */
  readonly plainSeconds?: number;
  /** Milliseconds, from any origin. */
  readonly clock?: () => number;
}

/** The terminal is drawn at most ten times a second. */
const LIVE_MS = 100;

/** Shows how far a loop has come: a live line on a terminal, a plain line now and then elsewhere and in the log file. */
export class Progress {
  readonly #reporter: Reporter;
  readonly #throughput = new Throughput();
  readonly #clock: () => number;
  readonly #plainMs: number;
  #state: Omit<ProgressState, 'perSecond'>;
  #lastLive = -Infinity;
  #lastPlain: number;
  /** How far the loop was when the last plain line was written. */
  #plainDone: number | undefined;

  constructor(reporter: Reporter, options: ProgressOptions) {
    const { label, total, start = 0, plainSeconds = 30, clock = () => performance.now() } = options;
    this.#reporter = reporter;
    this.#clock = clock;
    this.#plainMs = plainSeconds * 1000;
    this.#state = { label, done: start, total, values: {} };
    this.#lastPlain = clock();
    this.#throughput.add(this.#lastPlain, start);
  }

  /**
   * Cheap enough for every step. Values and label stay until others are given.
   * @param isTimed false where the time since the last call is not the loop's alone: the rate stays what it was
   */
  update(done: number, { values = this.#state.values, label = this.#state.label, isTimed = true } = {}): void {
    const now = this.#clock();
    this.#state = { ...this.#state, done, values, label };
    if (isTimed) this.#throughput.add(now, done);
    if (now - this.#lastPlain >= this.#plainMs) this.#plain(now);
    if (this.#reporter.isLive && now - this.#lastLive >= LIVE_MS) {
      this.#lastLive = now;
      this.#reporter.showLive(this.#line());
    }
  }

  /** After a pause that is not the loop's, such as a validation: the rate is measured anew. */
  resume(): void {
    this.#throughput.restart();
    this.#throughput.add(this.#clock(), this.#state.done);
  }

  /** Leaves the last state as a line of its own. */
  finish(): void {
    this.#reporter.clearLive();
    if (this.#reporter.isLive) this.#reporter.info(this.#line());
    else if (this.#plainDone !== this.#state.done) this.#plain(this.#clock());
  }

  /** Takes the live line away, leaving nothing. */
  clear(): void {
    this.#reporter.clearLive();
  }

  #plain(now: number): void {
    this.#lastPlain = now;
    this.#plainDone = this.#state.done;
    if (this.#reporter.isLive) this.#reporter.note(this.#line());
    else this.#reporter.info(this.#line());
  }

  #line(): string {
    return formatProgress({ ...this.#state, perSecond: this.#throughput.perSecond });
  }
}
