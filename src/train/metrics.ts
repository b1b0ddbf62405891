/** Where a logged value goes, with Lightning's meanings. */
export interface LogOptions {
  /** Show it in the progress line. */
  readonly progBar?: boolean;
  /** Write it to the loggers (default). */
  readonly logger?: boolean;
  /** Log each step's value (default in training). */
  readonly onStep?: boolean;
  /** Log the epoch's mean, weighted by batch size (default in validation and test). */
  readonly onEpoch?: boolean;
}

/** What a run is at. */
export type Stage = 'train' | 'validation' | 'test';

interface EpochMean {
  sum: number;
  weight: number;
  progBar: boolean;
  logger: boolean;
}

/** The running means of an epoch, as a checkpoint keeps them. */
export type MetricsState = Readonly<Record<string, Readonly<EpochMean>>>;

/** Metrics by name, for the loggers and for the progress line. */
export interface MetricValues {
  readonly logger: Readonly<Record<string, number>>;
  readonly progBar: Readonly<Record<string, number>>;
}

/**
 * Gathers what modules log. A value logged both per step and per epoch gets Lightning's names, `<name>_step` and
 * `<name>_epoch`; logged in one way only, it keeps its own.
 */
export class MetricCollector {
  readonly #defaults: { onStep: boolean; onEpoch: boolean };
  #step: { logger: Record<string, number>; progBar: Record<string, number> } = { logger: {}, progBar: {} };
  #epoch = new Map<string, EpochMean>();

  constructor(stage: Stage) {
    this.#defaults = { onStep: stage === 'train', onEpoch: stage !== 'train' };
  }

  /** @param weight the batch size */
  log(name: string, value: number, weight: number, options: LogOptions): void {
    const {
      onStep = this.#defaults.onStep,
      onEpoch = this.#defaults.onEpoch,
      progBar = false,
      logger = true,
    } = options;
    if (onStep) {
      const stepName = onEpoch ? `${name}_step` : name;
      if (logger) this.#step.logger[stepName] = value;
      if (progBar) this.#step.progBar[stepName] = value;
    }
    if (onEpoch) {
      const epochName = onStep ? `${name}_epoch` : name;
      const mean = this.#epoch.get(epochName) ?? { sum: 0, weight: 0, progBar, logger };
      mean.sum += value * weight;
      mean.weight += weight;
      this.#epoch.set(epochName, mean);
    }
  }

  /** The values of the step just done; clears them. */
  takeStep(): MetricValues {
    const taken = this.#step;
    this.#step = { logger: {}, progBar: {} };
    return taken;
  }

  /** The means of the epoch just done; clears them. */
  takeEpoch(): MetricValues {
    const means = [...this.#epoch].map(([name, mean]) => ({ name, mean, value: mean.sum / mean.weight }));
    this.#epoch = new Map();
    const named = (keep: (mean: EpochMean) => boolean) =>
      Object.fromEntries(means.filter(({ mean }) => keep(mean)).map(({ name, value }) => [name, value]));
    return { logger: named((mean) => mean.logger), progBar: named((mean) => mean.progBar) };
  }

  get state(): MetricsState {
    return Object.fromEntries([...this.#epoch].map(([name, mean]) => [name, { ...mean }]));
  }

  set state(state: MetricsState) {
    this.#epoch = new Map(Object.entries(state).map(([name, mean]) => [name, { ...mean }]));
  }
}
