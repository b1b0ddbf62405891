import type { ByteImage } from '../io/images.js';

/** A picture to log: pixels, or the bytes of a PNG file where it was encoded already. */
export type LoggedImage = ByteImage | Uint8Array;

/**
 * Where a run's values go. Logging never blocks and never throws: what cannot be written is thrown by the next `flush`.
 * `step` is the run's `global_step`.
 */
export interface Logger {
  logScalars(scalars: Readonly<Record<string, number>>, step: number): void;
  logImage(name: string, image: LoggedImage, step: number): void;
  /** @param text may be Markdown. */
  logText(name: string, text: string, step: number): void;
  /** Resolves when everything logged so far is in the hands of the operating system. */
  flush(): Promise<void>;
  /** Flushes and lets the files go. */
  close(): Promise<void>;
}
