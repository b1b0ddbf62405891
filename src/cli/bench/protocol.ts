/**
 * What a contestant, a process that holds one engine, says and hears: one JSON object a line. It says `Ready` when it
 * has built the workload, answers each `Order` with a `Sample`, and ends when its input ends.
 */
export interface Ready {
  /** The engine or library and its version. */
  readonly title: string;
  readonly threads: number;
  /** A number per part; a part without one is not run here. */
  readonly checks: Readonly<Record<string, number>>;
  /** Why a part is not run here. */
  readonly lacks: Readonly<Record<string, string>>;
  /** Whether it can tell how long its convolutions take. */
  readonly tellsConvolutions?: boolean;
}

export interface Order {
  readonly part: string;
  readonly repetitions: number;
  /** Only to a contestant that can: time its convolutions one by one, which the whole is not quite the same with. */
  readonly tellConvolutions?: boolean;
}

export interface Sample {
  /** For all repetitions together. */
  readonly seconds: number;
  readonly peakBytes: number;
  /** Where they were asked for. */
  readonly convolutions?: readonly KernelTime[];
}

/** All calls of one kernel together. */
export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly seconds: number;
  readonly flop: number;
}
