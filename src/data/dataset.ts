/** An array in the host's memory, row-major. */
export interface HostArray {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/**
 * Examples side by side, by key; the first axis of every array counts them. The keys are CompVis's:
 * `image` is NHWC float32 in [-1, 1], `class_label` int32 [N].
 */
export type HostBatch = Readonly<Record<string, HostArray>>;

/**
 * Examples by index. Batches rather than single examples, so that a data set in memory copies no more than once, and
 * one on disk decodes a batch in parallel.
 */
export interface Dataset {
  /** How many examples there are. */
  readonly length: number;

  /**
   * The examples of these indices, in their order; indices may repeat.
   * @throws RangeError on an index outside 0..length-1; FileError on an example that cannot be read.
   */
  batch(indices: Uint32Array): Promise<HostBatch>;
}
