import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Experiment } from '../../config/index.js';
import { FileError, listNames, UserError } from '../../errors.js';
import { openWeights } from '../../io/weights-file.js';
import { describeInit, initFromCheckpoint, type Module } from '../../nn/index.js';
import { readCheckpoint } from '../../train/checkpoint-file.js';
import { modelOrExperimentOf } from '../experiment.js';
import { configOfCheckpoint, loadConfig, type LoadedConfig } from '../load-config.js';

/** A model that was trained: what it is built from, and its weights. */
export interface TrainedModel {
  readonly config: LoadedConfig;
  readonly experiment: Experiment;
  /** How many steps it was trained for; absent where the file does not say. */
  readonly step?: number;
  /** Gives a module of that configuration its weights. @returns what there is to say of it */
  readonly load: (module: Module) => string | undefined;
}

/** As the published models lie beside their weights. */
const CONFIG_BESIDE = 'config.yaml';
const MOST_NAMES = 4;

/**
 * A checkpoint of a run, which brings its own configuration, or a file of weights, such as the published `model.ckpt`, with
 * the configuration beside it, `config.yaml`, or the one that is given.
 *
 * @throws FileError where a file is missing or damaged; UserError for a checkpoint of a run with another configuration
 */
export async function trainedModel(path: string, given: string | undefined): Promise<TrainedModel> {
  const file = openWeights(path);
  file.close();
  if (file.format !== 'checkpoint of a run') {
    const config = await loadConfig([given ?? configBeside(path)]);
    const step = file.globalStep;
    return {
      ...{ config, experiment: modelOrExperimentOf(config), load: (module) => loadAll(module, path) },
      ...(step !== undefined && { step }),
    };
  }
  if (given !== undefined) {
    throw new UserError({
      where: '--config',
      problem: 'a checkpoint of a run has a configuration of its own',
      found: given,
      remedy: 'leave it out',
    });
  }
  const { progress, weights, config: text } = readCheckpoint(path);
  const config = await loadConfig([configOfCheckpoint(path, text)]);
  return {
    config,
    experiment: modelOrExperimentOf(config),
    step: progress.globalStep,
    load: (module) => {
      module.loadStateDict(weights, { source: path });
      return undefined;
    },
  };
}

function configBeside(path: string): string {
  const beside = join(dirname(path), CONFIG_BESIDE);
  if (existsSync(beside)) return beside;
  throw new FileError({
    where: path,
    problem: 'is no checkpoint of a run, and nothing says of what model its weights are',
    expected: `the configuration beside it, ${beside}, or --config FILE`,
  });
}

/** Drawing from weights that are partly random would be drawing noise. */
function loadAll(module: Module, path: string): string {
  const report = initFromCheckpoint(module, { path });
  const { missing } = report;
  if (missing.length === 0) return describeInit(report);
  const isAveragesAlone = missing.every((name) => name.startsWith('model_ema.'));
  throw new FileError({
    where: path,
    problem: `lacks ${missing.length} of the weights of this model`,
    found: `no ${listNames(missing, MOST_NAMES)}`,
    ...(isAveragesAlone && { remedy: 'set model.params.use_ema: false in the configuration: it has no averages' }),
  });
}
