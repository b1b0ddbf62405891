/**
 * What a contestant, a process that holds one engine, says and hears: one JSON object a line. It says `Ready` when it
 * has built the workload, answers each `Order` with a `Sample`, and ends when its input ends.
 */
export interface Ready {
  /** The engine or library and its version. */
  readonly title: string;
  readonly threads: number;
  readonly checks: Readonly<Record<string, number>>;
  /** What a reader must know to judge the times of a part. */
  readonly notes: Readonly<Record<string, string>>;
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
