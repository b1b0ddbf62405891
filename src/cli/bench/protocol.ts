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
}

export interface Order {
  readonly part: string;
  readonly repetitions: number;
}

export interface Sample {
  /** For all repetitions together. */
  readonly seconds: number;
  readonly peakBytes: number;
}
