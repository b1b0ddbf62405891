import { firstStageTraits, lossTraits } from '../../registry/traits.js';
import {
  nodeAt,
  stringifyConfig,
  validateExperiment,
  type ComponentConfig,
  type ConfigTree,
  type Experiment,
  type ExperimentOptions,
  type ParamProblem,
  type Registry,
  type TraitsOf,
} from '../config/index.js';
// Not the folder's index, which imports the engines: a check of a config has no need of them.
import { precisionProblem } from '../engine/precision.js';
import { ConfigError, UserError } from '../errors.js';
import { batchCounts, lightningTrainerParams, notesOn, optionProblems } from '../train/lightning-options.js';
import { chosenComponent } from './component-config.js';
import type { LoadedConfig } from './load-config.js';
import { checkLogSchedulers } from './log-schedulers.js';

/** Keys that forks of CompVis's `main.py` read beside its own. */
const lightningKeys = {
  find_unused_parameters: { type: ['boolean', 'null'], description: 'Without effect: training runs on one device.' },
  strategy: { type: ['object', 'string', 'null'], description: 'Without effect: training runs on one device.' },
} as const;

/** What an experiment file takes, beyond the components of the registry. */
export const experimentOptions: ExperimentOptions = {
  trainer: lightningTrainerParams,
  checkTrainer,
  check: (experiment, registry) => [...checkAverages(experiment, registry), ...checkLogSchedulers(experiment)],
  lightningKeys,
  // A first stage is a model of its own, to be checked, inspected and called.
  kinds: { model: ['model', 'first-stage'] },
  defaultTargets: {
    callbacks: {
      setup_callback: 'SetupCallback',
      image_logger: 'ImageLogger',
      learning_rate_logger: 'LearningRateMonitor',
      cuda_callback: 'DeviceStatistics',
      checkpoint_callback: 'ModelCheckpoint',
      metrics_over_trainsteps_checkpoint: 'ModelCheckpoint',
    },
    modelcheckpoint: 'ModelCheckpoint',
    logger: 'TensorBoardLogger',
  },
};

/** Of a config that may be one of a model alone. */
const modelOptions: ExperimentOptions = { ...experimentOptions, optional: ['data', 'base_learning_rate'] };

/** Validates a config that may be one of a model alone, to be inspected. @throws ConfigError with all its problems */
export function modelOrExperimentOf(config: LoadedConfig): Experiment {
  return validated(config, modelOptions);
}

/** Validates an experiment file with everything this program knows. @throws ConfigError with all its problems */
export function experimentOf(config: LoadedConfig): Experiment & Required<Pick<Experiment, 'data'>> {
  const experiment = validated(config, experimentOptions);
  if (!experiment.data) throw new Error('validation let an experiment without data through');
  return { ...experiment, data: experiment.data };
}

function validated({ tree, registry }: LoadedConfig, options: ExperimentOptions): Experiment {
  const experiment = validateExperiment(tree, registry, options);
  return { ...experiment, trainer: withFractions(experiment.trainer, tree) };
}

/**
 * The values of a config to look at, laid out as in its file, every default filled in: an experiment, which may lack what
 * only training needs, or nothing but a component. Whether the files it names are there does not matter.
 * @throws ConfigError with all its problems
 */
export function resolvedValues(config: LoadedConfig): Readonly<Record<string, unknown>> {
  if (config.tree.root.entries.has('target')) return { ...chosenComponent(config, undefined).config };
  const experiment = modelOrExperimentOf(config);
  const { model, data } = experiment;
  const apart = new Set(['model', 'data', 'tree', 'missing']);
  const lightning = Object.entries(experiment).filter(([section]) => !apart.has(section));
  return { model, data, lightning: Object.fromEntries(lightning) };
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

/** @throws UserError for a first stage that can be checked, inspected and called, and not trained */
export function requireTrainable({ model: { target, params } }: Experiment, registry: Registry): void {
  if (registry.resolve(target)?.kind !== 'first-stage') return;
  const traitsOf: TraitsOf = (slot) => registry.traitsOf(slot);
  if (firstStageTraits(traitsOf, { target, params })?.isTrainable !== true) {
    throw new UserError({
      path: 'model.target',
      problem: 'this first stage cannot be trained',
      found: target,
      expected: 'AutoencoderKL or VQModel',
      remedy: 'train one of those and name its weights in ckpt_path; ldm inspect and ldm forward work with this one',
    });
  }
  const { lossconfig, ddconfig } = params as { lossconfig: ComponentConfig; ddconfig: { give_pre_end?: boolean } };
  if (!lossTraits(traitsOf, lossconfig)) {
    throw new UserError({
      path: 'model.params.lossconfig',
      problem: 'this is no loss to train a first stage by',
      found: lossconfig.target,
      expected: 'LPIPSWithDiscriminator for AutoencoderKL, VQLPIPSWithDiscriminator for VQModel',
    });
  }
  if (ddconfig.give_pre_end === true) {
    throw new UserError({
      path: 'model.params.ddconfig.give_pre_end',
      problem: 'a decoder without its last layer makes no images to train on',
      found: 'true',
      expected: 'false',
    });
  }
}

/** Why there is no float16, and what else Lightning's users may ask for. */
function checkTrainer(params: Readonly<Record<string, unknown>>): readonly ParamProblem[] {
  const problems = optionProblems(params).map(({ option, ...problem }) => ({ ...problem, path: [option] }));
  const { precision } = params;
  if (typeof precision !== 'string' && typeof precision !== 'number') return problems;
  const problem = precisionProblem(precision);
  return problem ? [...problems, { ...problem, path: ['precision'] }] : problems;
}

/** Of a model that averages its weights itself, the callback would average the weights and save that as the model. */
function checkAverages({ model, callbacks }: Experiment, registry: Registry): readonly ParamProblem[] {
  if (model.params.use_ema !== true) return [];
  const averaging = Object.entries(callbacks).filter(
    ([, { target }]) => registry.resolve(target)?.target === 'EMAWeightAveraging',
  );
  return averaging.map(([name, { target }]) => ({
    path: ['lightning', 'callbacks', name, 'target'],
    problem: 'the model keeps an average of its weights itself',
    found: `${target} beside model.params.use_ema: true`,
    expected: 'one average',
    remedy: 'remove the callback, or set model.params.use_ema: false',
  }));
}

/** Larger than any number of batches, and a whole number that YAML keeps. */
const ALL_BATCHES = 1_000_000_000;

/** `1.0` is all batches and `1` is one: only the way it is written tells them apart. */
function withFractions(trainer: Experiment['trainer'], tree: ConfigTree): Experiment['trainer'] {
  const wholes = batchCounts.filter((option) => {
    const node = nodeAt(tree.root, ['lightning', 'trainer', option]);
    return node?.kind === 'scalar' && node.value === 1 && /[.eE]/.test(node.text ?? '');
  });
  const all = wholes.map((option) => [option, option === 'overfit_batches' ? ALL_BATCHES : null] as const);
  return { ...trainer, ...Object.fromEntries(all) };
}

/** One line for everything that an experiment says and that does nothing here, for `ldm run` and `ldm check` to print. */
export function notesOf({ trainer, logger, tree }: Experiment): string[] {
  const notes = notesOn(trainer).map((note) => `lightning.trainer.${note}`);
  const others = Object.keys(lightningKeys)
    .filter((key) => nodeAt(tree.root, ['lightning', key]))
    .map((key) => `lightning.${key} has no effect: training runs on one device`);
  const isTestTube = logger?.target.includes('TestTube') === true;
  return [
    ...notes,
    ...others,
    ...(isTestTube ? ['lightning.logger: TestTubeLogger writes files of TensorBoard here'] : []),
  ];
}

/** The two parts that a run keeps of its resolved configuration, as CompVis names them. */
export function resolvedConfigs(experiment: Experiment): { project: string; lightning: string; whole: string } {
  const { model, data, trainer, callbacks, modelcheckpoint, logger } = experiment;
  const project = { model, ...(data && { data }) };
  const lightning = {
    lightning: { trainer, callbacks, ...(modelcheckpoint && { modelcheckpoint }), ...(logger && { logger }) },
  };
  return {
    project: stringifyConfig(project),
    lightning: stringifyConfig(lightning),
    whole: stringifyConfig({ ...project, ...lightning }),
  };
}
