/** What is asked of a training while it goes on, by signals and by callbacks; the trainer does it when its step is done. */
export class Requests {
  #stopReason: string | undefined;
  #earlyStopReason: string | undefined;
  #wantsSave = false;

  /** Why training was asked to stop, if it was. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /** Why training was asked to end early, if it was. */
  get earlyStopReason(): string | undefined {
    return this.#earlyStopReason;
  }

  /** Ends training after the step under way; the fit then ends as it always does, with its last checkpoint. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  /** Ends training as soon as `min_epochs` and `min_steps` allow. */
  stopEarly(reason: string): void {
    this.#earlyStopReason ??= reason;
  }

  /** Has a checkpoint written after the step under way; training goes on. */
  save(): void {
    this.#wantsSave = true;
  }

  /** Whether a checkpoint was asked for since this was asked last. */
  takeSave(): boolean {
    const wanted = this.#wantsSave;
    this.#wantsSave = false;
    return wanted;
  }
}
