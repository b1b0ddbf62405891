const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Batch systems send it ahead of the end of a job. Node would open its debugger. */
const SAVE_SIGNAL = 'SIGUSR1';

/** Exit code of a run that a signal ended, as shells count: 128 and the signal's number. */
export const INTERRUPTED = 130;

export interface InterruptOptions {
  /** To finish the step, save and stop. */
  readonly onStop: (signal: NodeJS.Signals) => void;
  /** To finish the step, save and go on. */
  readonly onSave: (signal: NodeJS.Signals) => void;
}

/**
 * Watches for Ctrl-C and termination: the first asks the loop to finish its step and save, the second ends the process
 * at once. SIGUSR1 asks for a checkpoint, as often as it comes. Call `dispose` when the run is over.
 */
export class Interrupt {
  #signal: NodeJS.Signals | undefined;
  readonly #onStopSignal = (signal: NodeJS.Signals): void => {
    if (this.#signal) process.exit(INTERRUPTED);
    this.#signal = signal;
    this.options.onStop(signal);
  };
  readonly #onSaveSignal = (signal: NodeJS.Signals): void => {
    this.options.onSave(signal);
  };

  constructor(private readonly options: InterruptOptions) {
    for (const signal of STOP_SIGNALS) process.on(signal, this.#onStopSignal);
    process.on(SAVE_SIGNAL, this.#onSaveSignal);
  }

  /** The signal that asked to stop, if any. */
  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  dispose(): void {
    for (const signal of STOP_SIGNALS) process.off(signal, this.#onStopSignal);
    process.off(SAVE_SIGNAL, this.#onSaveSignal);
  }
}
