/** An array in the host's memory, row-major. */
export interface HostArray {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
  /**
   * The values are classes, and stand for a last axis of so many channels: 1 in the channel of the class, 0 in the
   * others, and 0 in all of them where the value is no class. Widened on the engine: a segmentation of 182 classes would
   * take 182 times the memory here.
   */
  readonly oneHot?: { readonly classes: number; readonly dtype: 'float32' | 'int32' };
}

/**
 * Images as bytes, which stand for float32 values in [-1, 1]: `byte / 127.5 - 1`. Widened on the engine: here values
 * would take four times the memory, and the garbage collector would run all the time.
 */
export interface HostImages {
  /** Consecutive parts of the array, row-major: one for each image, or one for several. */
  readonly bytes: readonly Uint8Array[];
  /** [N, H, W, C]. */
  readonly shape: readonly number[];
}

/**
 * Examples side by side, by key; the first axis of every array counts them, and texts are one per example. The keys are
 * CompVis's: `image` is NHWC in [-1, 1], `class_label` int32 [N], `caption` texts.
 */
export type HostBatch = Readonly<Record<string, HostArray | HostImages | readonly string[]>>;

/** The pass over a data set that a batch is for. */
export interface Pass {
  readonly seed: number;
  readonly epoch: number;
  /** Takes what a person should know and what ends nothing: a broken image that was left out. */
  readonly warn: (text: string) => void;
}

/**
 * Examples by index. Batches rather than single examples, so that a data set in memory copies no more than once, and
 * one on disk decodes a batch in parallel.
 */
export interface Dataset {
  /** How many examples there are. */
  readonly length: number;

  /** By what rule its files are its own and not the other split's, where neither lists nor folders say it: to be shown. */
  readonly splitRule?: string | undefined;

  /**
   * The examples of these indices, in their order; indices may repeat. What is random in an example, such as where it
   * was cropped, is a pure function of the pass's seed and epoch and the index.
   * Who asks for a batch owns it: its memory may be used for others as soon as it is on the engine.
   * @throws RangeError on an index outside 0..length-1; FileError on an example that cannot be read.
   */
  batch(indices: Uint32Array, pass: Pass): Promise<HostBatch>;
}
