const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Exit code of a run that a signal ended, as shells count: 128 and the signal's number. */
export const INTERRUPTED = 130;

/**
 * Watches for Ctrl-C and termination: the first asks the loop to finish its step and save, the second ends the process
 * at once. Call `dispose` when the run is over.
 */
export class Interrupt {
  #signal: NodeJS.Signals | undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#signal) process.exit(INTERRUPTED);
    this.#signal = signal;
    this.onFirst(signal);
  };

  constructor(private readonly onFirst: (signal: NodeJS.Signals) => void) {
    for (const signal of STOP_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** The signal that asked to stop, if any. */
  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  dispose(): void {
    for (const signal of STOP_SIGNALS) process.off(signal, this.#onSignal);
  }
}
