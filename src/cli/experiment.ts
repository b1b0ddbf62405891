import {
  stringifyConfig,
  validateExperiment,
  type Experiment,
  type ExperimentOptions,
  type ParamProblem,
  type Registry,
} from '../config/index.js';
// Not the folder's index, which imports the engines: a check of a config has no need of them.
import { precisionProblem } from '../engine/precision.js';
import { ConfigError, UserError } from '../errors.js';
import { trainerParams } from '../train/trainer.params.js';
import { chosenComponent } from './component-config.js';
import type { LoadedConfig } from './load-config.js';

/** What an experiment file takes, beyond the components of the registry. */
export const experimentOptions: ExperimentOptions = {
  trainer: trainerParams,
  checkTrainer,
  // A first stage is a model of its own, to be checked, inspected and called.
  kinds: { model: ['model', 'first-stage'] },
  defaultTargets: {
    callbacks: { image_logger: 'ImageLogger', checkpoint_callback: 'ModelCheckpoint' },
    modelcheckpoint: 'ModelCheckpoint',
  },
};

/** Validates a config that may be one of a model alone, to be inspected. @throws ConfigError with all its problems */
export function modelOrExperimentOf({ tree, registry }: LoadedConfig): Experiment {
  return validateExperiment(tree, registry, { ...experimentOptions, optional: ['data', 'base_learning_rate'] });
}

/** Validates an experiment file with everything this program knows. @throws ConfigError with all its problems */
export function experimentOf({ tree, registry }: LoadedConfig): Experiment & Required<Pick<Experiment, 'data'>> {
  const experiment = validateExperiment(tree, registry, experimentOptions);
  if (!experiment.data) throw new Error('validation let an experiment without data through');
  return { ...experiment, data: experiment.data };
}

/**
 * The values of a config to look at, laid out as in its file, every default filled in: an experiment, which may lack what
 * only training needs, or nothing but a component. Whether the files it names are there does not matter.
 * @throws ConfigError with all its problems
 */
export function resolvedValues(config: LoadedConfig): Readonly<Record<string, unknown>> {
  const { tree, registry } = config;
  if (tree.root.entries.has('target')) return { ...chosenComponent(config, undefined).config };
  const experiment = validateExperiment(tree, registry, {
    ...experimentOptions,
    optional: ['data', 'base_learning_rate'],
  });
  const { model, data, trainer, callbacks, modelcheckpoint, logger } = experiment;
  return { model, data, lightning: { trainer, callbacks, modelcheckpoint, logger } };
}

/**
 * Finds that files are missing before anything is built.
 * @param isResumed whether the weights to begin with are of no use any more
 * @throws ConfigError that names all of them
 */
export function requireFiles({ missing }: Experiment, isResumed: boolean): void {
  const needed = missing.filter(({ initial }) => !(initial && isResumed));
  if (needed.length > 0) throw new ConfigError(needed);
}

/** @throws UserError for a model that can be checked, inspected and called, and not trained */
export function requireTrainable({ model: { target } }: Experiment, registry: Registry): void {
  if (registry.resolve(target)?.kind !== 'first-stage') return;
  throw new UserError({
    path: 'model.target',
    problem: 'first stages cannot be trained yet',
    found: target,
    expected: 'DDPM or LatentDiffusion',
    remedy: 'train elsewhere and name the weights in ckpt_path; ldm inspect and ldm forward work with first stages',
  });
}

/** Why there is no float16, and what else Lightning's users may ask for. */
function checkTrainer({ precision }: Readonly<Record<string, unknown>>): readonly ParamProblem[] {
  if (typeof precision !== 'string' && typeof precision !== 'number') return [];
  const problem = precisionProblem(precision);
  return problem ? [{ ...problem, path: ['precision'] }] : [];
}

/** The two parts that a run keeps of its resolved configuration, as CompVis names them. */
export function resolvedConfigs(experiment: Experiment): { project: string; lightning: string; whole: string } {
  const { model, data, trainer, callbacks, modelcheckpoint } = experiment;
  const project = { model, ...(data && { data }) };
  const lightning = { lightning: { trainer, callbacks, ...(modelcheckpoint && { modelcheckpoint }) } };
  return {
    project: stringifyConfig(project),
    lightning: stringifyConfig(lightning),
    whole: stringifyConfig({ ...project, ...lightning }),
  };
}
