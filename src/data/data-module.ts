import { RandomStreams } from '../random/index.js';
import { DataLoader, type EpochOrder } from './data-loader.js';
import type { Dataset } from './dataset.js';

export interface DataModuleOptions {
  readonly batchSize: number;
  readonly train?: Dataset | undefined;
  readonly validation?: Dataset | undefined;
  readonly test?: Dataset | undefined;
  readonly predict?: Dataset | undefined;
  readonly shuffleValidation?: boolean;
  readonly shuffleTest?: boolean;
  /** Batches prepared ahead of their use. */
  readonly prefetch?: number | undefined;
  /** Decides the order of shuffled sets, and what is random in the examples. */
  readonly seed?: number;
}

/** CompVis's default seed. */
const DEFAULT_SEED = 23;

/**
 * The data sets of an experiment and their loaders: training in an order drawn anew for every epoch, the others in
 * their own order. The order is a pure function of seed and epoch: no state to keep in a checkpoint.
 * Every loader method returns undefined where the experiment has no such set.
 */
export class DataModule {
  readonly batchSize: number;
  readonly train: Dataset | undefined;
  readonly validation: Dataset | undefined;
  readonly test: Dataset | undefined;
  readonly predict: Dataset | undefined;
  /** Takes what the data sets have to say that ends nothing, e.g. which image is broken and was left out. */
  warn: (text: string) => void = (text) => {
    process.emitWarning(text);
  };
  readonly #options: DataModuleOptions;

  constructor(options: DataModuleOptions) {
    this.#options = options;
    this.batchSize = options.batchSize;
    this.train = options.train;
    this.validation = options.validation;
    this.test = options.test;
    this.predict = options.predict;
  }

  /** @param seed replaces the one given at construction, e.g. by the run's. */
  trainLoader(seed?: number): DataLoader | undefined {
    return this.#loader(this.train, 'train', true, seed);
  }

  valLoader(seed?: number): DataLoader | undefined {
    return this.#loader(this.validation, 'validation', this.#options.shuffleValidation ?? false, seed);
  }

  testLoader(seed?: number): DataLoader | undefined {
    return this.#loader(this.test, 'test', this.#options.shuffleTest ?? false, seed);
  }

  predictLoader(): DataLoader | undefined {
    return this.#loader(this.predict, 'predict', false);
  }

  #loader(
    dataset: Dataset | undefined,
    name: string,
    shuffle: boolean,
    seed = this.#options.seed ?? DEFAULT_SEED,
  ): DataLoader | undefined {
    if (!dataset) return undefined;
    const { batchSize, prefetch } = this.#options;
    const order = shuffle ? shuffledOrder(dataset.length, seed, name) : undefined;
    const warn = (text: string): void => {
      this.warn(text);
    };
    return new DataLoader(dataset, { batchSize, order, seed, warn, ...(prefetch !== undefined && { prefetch }) });
  }
}

/** A permutation for every epoch, from a random stream of its own. */
export function shuffledOrder(length: number, seed: number, name: string): EpochOrder {
  return (epoch) => new RandomStreams(seed).get(`data/${name}/epoch ${epoch}`).permutation(length);
}
