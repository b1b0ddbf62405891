import { registry } from '../../registry/index.js';
import {
  stringifyConfig,
  validateExperiment,
  type ConfigTree,
  type Experiment,
  type ParamProblem,
} from '../config/index.js';
import { precisionProblem } from '../engine/index.js';
import { UserError } from '../errors.js';
import { trainerParams } from '../train/trainer.params.js';

/** Validates an experiment file with everything this program knows. @throws ConfigError with all its problems */
export function experimentOf(tree: ConfigTree): Experiment & Required<Pick<Experiment, 'data'>> {
  const experiment = validateExperiment(tree, registry, {
    trainer: trainerParams,
    checkTrainer,
    kinds: { model: ['model', 'first-stage'] },
    defaultTargets: {
      callbacks: { image_logger: 'ImageLogger', checkpoint_callback: 'ModelCheckpoint' },
      modelcheckpoint: 'ModelCheckpoint',
    },
  });
  if (!experiment.data) throw new Error('validation let an experiment without data through');
  return { ...experiment, data: experiment.data };
}

/** @throws UserError for a model that can be checked, inspected and called, and not trained */
export function checkTrainable({ model: { target } }: Experiment): void {
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
