import type * as tf from '@tensorflow/tfjs-core';
import { MetricCollector, type LogOptions, type MetricValues, type Stage } from './metrics.js';

/**
 * What a module logs in a fit or a test: gathered for the stage that is running, and the newest value of each name, for
 * monitors and for the progress line.
 */
export class LoggedMetrics {
  readonly train = new MetricCollector('train');
  /** Examples in the batch under way, by which its values are weighed. */
  batchSize = 1;
  #latest: Record<string, number> = {};
  readonly #progBar: Record<string, number> = {};
  #stage: Stage = 'train';
  /** Of the stage. */
  #collector = this.train;

  /** The newest value of everything logged, under the names that loggers see. */
  get latest(): Readonly<Record<string, number>> {
    return this.#latest;
  }

  set latest(values: Readonly<Record<string, number>>) {
    this.#latest = { ...values };
  }

  /** The newest value of everything that the progress line is to show. */
  get progBar(): Readonly<Record<string, number>> {
    return this.#progBar;
  }

  log(name: string, value: tf.Tensor | number, options: LogOptions): void {
    const number = typeof value === 'number' ? value : (value.dataSync()[0] ?? NaN);
    // A module that tests as it validates logs under the names of a validation.
    const ownName = this.#stage === 'test' ? name.replace(/^val(?=[/_])/, 'test') : name;
    this.#collector.log(ownName, number, this.batchSize, options);
  }

  /** Keeps the values of a step as the newest. */
  keepStep({ logger, progBar }: MetricValues): void {
    Object.assign(this.#latest, logger);
    Object.assign(this.#progBar, progBar);
  }

  /** Keeps the means of an epoch as the newest, those with a suffix under the plain name too, as monitors may name them. */
  keepEpoch({ logger, progBar }: MetricValues): void {
    Object.assign(this.#latest, logger, withoutSuffix(logger));
    Object.assign(this.#progBar, progBar);
  }

  /** Gathers what is logged while `run` runs apart from training. */
  async during<T>(stage: 'validation' | 'test', run: (collector: MetricCollector) => Promise<T>): Promise<T> {
    const { batchSize } = this;
    const collector = new MetricCollector(stage);
    this.#stage = stage;
    this.#collector = collector;
    try {
      return await run(collector);
    } finally {
      this.#stage = 'train';
      this.#collector = this.train;
      this.batchSize = batchSize;
    }
  }
}

function withoutSuffix(means: Readonly<Record<string, number>>): Record<string, number> {
  const forked = Object.entries(means).filter(([name]) => name.endsWith('_epoch'));
  return Object.fromEntries(forked.map(([name, value]) => [name.slice(0, -'_epoch'.length), value]));
}
