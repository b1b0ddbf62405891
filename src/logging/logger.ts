import type { ByteImage } from '../io/images.js';

/** A picture to log: pixels, or the bytes of a PNG file where it was encoded already. */
export type LoggedImage = ByteImage | Uint8Array;

/** How often values fall between limits; without empty buckets at either end it is as wide as the values are. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** How many values there are. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** The upper end of each bucket, rising. */
  readonly bucketLimit: readonly number[];
  /** How many values each bucket has. */
  readonly bucket: readonly number[];
}

/** What a run was given, by dotted path of the config. */
export type Hyperparameters = Readonly<Record<string, number | string | boolean>>;

/** How a run's process ended: `stopped` where it was asked to, before its time. */
export type RunEnding = 'done' | 'stopped' | 'failed';

/**
 * Where a run's values go. Logging never blocks and never throws: what cannot be written is thrown by the next `flush`.
 * `step` is the run's `global_step`.
 */
export interface Logger {
  logScalars(scalars: Readonly<Record<string, number>>, step: number): void;
  logImage(name: string, image: LoggedImage, step: number): void;
  /** @param text may be Markdown. */
  logText(name: string, text: string, step: number): void;
  /** Left out by loggers that keep no histograms, as are the next two. */
  logHistogram?(name: string, histogram: Histogram, step: number): void;
  logHyperparameters?(values: Hyperparameters): void;
  logEnding?(ending: RunEnding): void;
  /** Resolves when everything logged so far is in the hands of the operating system. */
  flush(): Promise<void>;
  /** Flushes and lets the files go. */
  close(): Promise<void>;
}
