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
  /** Whether to time the `torch` engine in bf16-mixed as well, where the processor multiplies bfloat16 numbers. */
  readonly mixedPrecision?: boolean;
  /** The same workload in PyTorch: a script under scripts/bench/ that speaks the protocol of `protocol.ts`. */
  readonly pytorch?: string;
  /** Whether it is run only when asked for by name, because it needs much time or memory. */
  readonly onlyByName?: boolean;
  /** Rounds unless the user says otherwise; for what takes long. */
  readonly rounds?: number;
  /** What the published PyTorch code took, elsewhere. */
  readonly published?: Published;
  /** Builds the inputs on the active tfjs backend. */
  prepare(): PreparedWorkload;
}

export interface Part {
  readonly name: string;
  /** What one repetition does; absent where no rate makes sense. */
  readonly work?: Work;
  /** The tfjs kernels that do it: an engine that borrows one of them from tfjs's CPU backend is not timed. */
  readonly kernels?: readonly string[];
  /** Whether to tell, apart from the rounds, how much of one repetition our engine spends in convolutions. */
  readonly tellsConvolutions?: boolean;
}

export type WorkUnit = 'FLOP' | 'B';

export interface Work {
  /** Of a memory-bound operation: what must be moved at least, each input read once and each output written once. */
  readonly amount: number;
  readonly unit: WorkUnit;
}

/** A time taken on another machine, and how fast the convolution of `conv3x3` was there, to scale it by. */
export interface Published {
  /** Seconds of one repetition, from and to. */
  readonly seconds: readonly [low: number, high: number];
  /** FLOP/s of the part `forward` of `conv3x3`. */
  readonly convolutionRate: number;
}

export interface PreparedWorkload {
  /** Runs a part so often and returns when the last result is there. */
  run(part: string, repetitions: number): void | Promise<void>;
  /** A number that follows from a part's result: engines that disagree on it do not compute the same. */
  check(part: string): number | Promise<number>;
}
