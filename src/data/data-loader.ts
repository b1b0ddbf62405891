import { UserError } from '../errors.js';
import type { Dataset, HostBatch, Pass } from './dataset.js';

/** The order of the examples in an epoch: a permutation of 0..length-1, or a part of one. A pure function. */
export type EpochOrder = (epoch: number) => Uint32Array;

export interface DataLoaderOptions {
  readonly batchSize: number;
  /** In the data set's own order where left out. */
  readonly order?: EpochOrder | undefined;
  /** Leave out the last batch of an epoch where it would be smaller than the others. */
  readonly dropLast?: boolean;
  /** How many batches to ask the data set for ahead of the one in use. */
  readonly prefetch?: number;
  /** Decides what is random in the examples themselves. */
  readonly seed?: number;
  /** Takes what the data set has to say that ends nothing. */
  readonly warn?: (text: string) => void;
}

/**
 * Batches of a data set. Which examples a batch holds depends on the epoch and the batch's number alone, so that an
 * epoch can be taken up again anywhere.
 */
export class DataLoader {
  /** Batches per epoch. */
  readonly length: number;
  readonly batchSize: number;
  readonly #order: EpochOrder;
  readonly #prefetch: number;
  readonly #seed: number;
  readonly #warn: (text: string) => void;

  /** @throws UserError where not a single batch would come out. */
  constructor(
    readonly dataset: Dataset,
    { batchSize, order, dropLast = false, prefetch = 2, seed = 0, warn = emitWarning }: DataLoaderOptions,
  ) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new UserError({ path: 'batch_size', problem: 'must be a whole number above 0', found: String(batchSize) });
    }
    this.batchSize = batchSize;
    this.#order = order ?? (() => Uint32Array.from({ length: dataset.length }, (_, i) => i));
    this.#prefetch = Math.max(1, prefetch);
    this.#seed = seed;
    this.#warn = warn;
    this.length = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
    if (this.length === 0) {
      throw new UserError({
        problem: dataset.length === 0 ? 'the data set is empty' : 'the data set does not fill one batch',
        ...(dataset.length > 0 && {
          found: `${dataset.length} examples for a batch of ${batchSize}`,
          remedy: `set batch_size to at most ${dataset.length}`,
        }),
      });
    }
  }

  /**
   * The batches of an epoch from number `startBatch` on, in order, fetched ahead of their use.
   * What the data set fails with is thrown where the batch it concerns would have come.
   */
  async *epoch(epoch: number, startBatch = 0): AsyncGenerator<HostBatch, void, undefined> {
    if (!Number.isInteger(startBatch) || startBatch < 0)
      throw new RangeError(`DataLoader: start at batch ${startBatch}`);
    const order = this.#order(epoch);
    const pass: Pass = { seed: this.#seed, epoch, warn: this.#warn };
    const ahead: Promise<HostBatch>[] = [];
    const fetch = (number: number): void => {
      if (number >= this.length) return;
      const batch = this.dataset.batch(order.subarray(number * this.batchSize, (number + 1) * this.batchSize), pass);
      // A failure waits here until its turn comes; to Node it would otherwise be an unhandled rejection.
      batch.catch(() => undefined);
      ahead.push(batch);
    };
    for (let number = startBatch; number < startBatch + this.#prefetch; number++) fetch(number);
    for (let number = startBatch; number < this.length; number++) {
      const batch = ahead.shift();
      fetch(number + this.#prefetch);
      if (batch) yield await batch;
    }
  }
}

function emitWarning(text: string): void {
  process.emitWarning(text);
}
