import type { Experiment } from '../../config/index.js';
import type { DataModule } from '../../data/data-module.js';
import type { EngineInfo } from '../../engine/index.js';
import type { RunFolder } from '../../io/run-folder.js';
import type { LightningModule } from '../../train/lightning-module.js';
import { alignFacts } from '../columns.js';
import { relativePath } from './relative-path.js';
import type { RunRequest } from './request.js';

/** What a run is about to do, one fact per line. */
export function header(facts: {
  request: RunRequest;
  experiment: Experiment;
  engine: EngineInfo;
  folder: RunFolder;
  module: LightningModule;
  data: DataModule;
  formula: string;
  seed: number;
}): string {
  const { request, experiment, engine, folder, module, data, formula, seed } = facts;
  const parameters = module.trainableParameters().reduce((sum, [, { size }]) => sum + size, 0);
  const sets = [
    ['train', data.train],
    ['validation', data.validation],
    ['test', data.test],
  ] as const;
  const sizes = sets.flatMap(([name, set]) => (set ? [`${set.length.toLocaleString('en')} ${name}`] : []));
  const rules = new Set(sets.flatMap(([, set]) => set?.splitRule ?? []));
  return alignFacts([
    ['config', [...request.configs, ...request.overrides].join(' ')],
    ['run', relativePath(folder.path)],
    [
      'engine',
      `${engine.name} (${engine.version}), ${engine.device}, ${engine.threads} threads, precision ${engine.precision}`,
    ],
    ['model', `${experiment.model.target}, ${parameters.toLocaleString('en')} parameters`],
    ['data', `${sizes.join(', ')}; batches of ${data.batchSize}`],
    ...[...rules].map((rule) => ['split', rule] as const),
    ['learning rate', formula],
    ['seed', String(seed)],
  ]);
}
