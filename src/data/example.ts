import type { ByteImage } from '../io/images.js';

/** A class for every pixel, rows from the top. */
export interface LabelMap {
  readonly labels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Labels from here on are no class. */
  readonly classes: number;
  /** The type that a batch has them in, one channel for each class. */
  readonly dtype: 'float32' | 'int32';
}

/**
 * One example, by key: images of bytes, classes of pixels, whole numbers, one or a list, and texts. Bytes, because examples wait for
 * their batch: as float32 they would take four times the memory.
 */
export type Example = Readonly<Record<string, ByteImage | LabelMap | Int32Array | number | string>>;

/** Whether a value of an example is an image. */
export function isImage(value: unknown): value is ByteImage {
  return typeof value === 'object' && value !== null && 'channels' in value;
}
