/**
 * A standard workload: what `ldm bench` times, on every engine and in PyTorch, in one run. A workload may be a single
 * operation or a whole training step; what is timed together is a part.
 */
export interface Workload {
  readonly name: string;
  /** One line for the heading: what is computed, in which shapes. */
  readonly summary: string;
  readonly parts: readonly Part[];
  /** The engines worth comparing, the one that others are compared with first. */
  readonly engines: readonly string[];
  /** The same workload in PyTorch: a script under scripts/bench/ that speaks the protocol of `protocol.ts`. */
  readonly pytorch?: string;
  /** Builds the inputs on the active tfjs backend. */
  prepare(): PreparedWorkload;
}

export interface Part {
  readonly name: string;
  /** What one repetition does; absent where no rate makes sense. */
  readonly work?: Work;
  /** The tfjs kernels that do it: an engine that borrows one of them from tfjs's CPU backend is not timed. */
  readonly kernels?: readonly string[];
}

export interface Work {
  readonly amount: number;
  readonly unit: 'FLOP' | 'B';
}

export interface PreparedWorkload {
  /** Runs a part so often and returns when the last result is there. */
  run(part: string, repetitions: number): void;
  /** A number that follows from a part's result: engines that disagree on it do not compute the same. */
  check(part: string): number;
}
