import { registry } from '../../registry/index.js';
import { instantiateFromConfig } from '../../src/config/index.js';
import type { Dataset, HostBatch } from '../../src/data/dataset.js';

/** The data set that a config describes. */
export function openDataset(target: string, params: Readonly<Record<string, unknown>>): Promise<Dataset> {
  return instantiateFromConfig<Dataset>({ target, params }, registry);
}

/** Some examples of a data set. */
export function examples(dataset: Dataset, indices: readonly number[], epoch = 0): Promise<HostBatch> {
  const warn = (text: string): void => {
    throw new Error(text);
  };
  return dataset.batch(Uint32Array.from(indices), { seed: 23, epoch, warn });
}
