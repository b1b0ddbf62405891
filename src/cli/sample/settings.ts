import { UserError } from '../../errors.js';
import { discretizations, samplerNames, scheduleMatch, type Sampleable } from '../../samplers/index.js';
import { choiceFlag, integerFlag, numberFlag, textFlag, type Flags } from '../flags.js';
import type { SchedulerFile } from './scheduler-file.js';

const DEFAULT_STEPS = 200;
const DEFAULT_STRENGTH = 0.75;
/** Further than anyone overstates a condition. */
const MOST_GUIDANCE = 1000;

const dataSets = ['train', 'validation', 'test'] as const;

/** What `ldm sample` was asked for, as far as it can be told without the model. */
export type Settings = ReturnType<typeof sampleSettings>;

/** What is not said by a flag alone. */
interface BesideFlags {
  /** The word after the image of `--inpaint`. */
  readonly mask: string | undefined;
  /** The scheduler that `--sampler` names. */
  readonly scheduler: SchedulerFile | undefined;
}

/**
 * Reads the flags of `ldm sample`.
 * @throws UserError for what cannot be read or does not go together
 */
export function sampleSettings(flags: Flags, { mask, scheduler: file }: BesideFlags) {
  const init = textFlag(flags, 'init');
  const strength = numberFlag(flags, 'strength', 0, 1);
  const inpaint = textFlag(flags, 'inpaint');
  const interpolate = integerFlag(flags, 'interpolate', 2);
  if (strength !== undefined && init === undefined) throw needless('strength', '--init IMAGE');
  if (inpaint !== undefined && mask === undefined) {
    throw new UserError({
      where: '--inpaint',
      problem: 'takes two images',
      found: inpaint,
      expected: '--inpaint IMAGE MASK; what is white in the mask is painted anew',
    });
  }
  if (mask !== undefined && inpaint === undefined) {
    throw new UserError({ where: 'ldm sample', problem: 'one run at a time', found: `also ${mask}` });
  }
  const eta = numberFlag(flags, 'eta', 0, 1);
  const isNoisy = file ? !file.scheduler.takesEta : flags.sampler === 'ddpm';
  if (interpolate !== undefined && (init !== undefined || (eta ?? 0) > 0 || isNoisy)) {
    throw new UserError({
      where: '--interpolate',
      problem: 'goes from noise to noise, and no other noise may come in between',
      expected: 'neither --init nor --eta above 0 nor a sampler that draws noise, as ddpm does',
    });
  }
  if (file) checkSchedulerFlags(flags, file);
  const condition = textFlag(flags, 'condition');
  const conditionFrom =
    flags.condition_from === undefined ? undefined : choiceFlag(flags, 'condition_from', dataSets, 'validation');
  checkOneCondition(flags);
  return {
    sampler: file?.scheduler ?? choiceFlag(flags, 'sampler', samplerNames, 'ddim'),
    schedulerFile: file,
    steps: integerFlag(flags, 'steps') ?? DEFAULT_STEPS,
    // As diffusers has it where nothing is said: no noise.
    eta: eta ?? (interpolate === undefined && !file ? 1 : 0),
    discretize: choiceFlag(flags, 'discretize', discretizations, 'uniform'),
    temperature: numberFlag(flags, 'temperature', 0, MOST_GUIDANCE) ?? 1,
    guidanceScale: numberFlag(flags, 'cfg_scale', 0, MOST_GUIDANCE) ?? 1,
    seed: integerFlag(flags, 'seed', 0) ?? 23,
    batchSize: integerFlag(flags, 'batch_size') ?? 80,
    init: init === undefined ? undefined : { path: init, strength: strength ?? DEFAULT_STRENGTH },
    inpaint: inpaint === undefined || mask === undefined ? undefined : { image: inpaint, mask },
    interpolate,
    count: integerFlag(flags, 'count'),
    label: integerFlag(flags, 'class', 0),
    prompt: textFlag(flags, 'prompt'),
    condition,
    conditionFrom,
  };
}

const NOT_GUIDABLE = {
  where: '--cfg_scale',
  problem: 'guidance takes a model that has also learned to do without its condition, and this one has not',
  remedy: 'train with model.params.ucg_training, as configs/ddpm/mnist-guided.yaml does, or leave --cfg_scale out',
};

/** Flags that say how a diffusion is sampled: nothing to a model that is drawn in a way of its own. */
const diffusionFlags = ['sampler', 'eta', 'discretize', 'temperature', 'cfg_scale', 'init', 'inpaint', 'interpolate'];

/**
 * @returns what is legal of the scheduler and rarely meant, if anything is
 * @throws UserError where the model cannot do what the flags ask for
 */
export function checkFlags(
  flags: Flags,
  { schedulerFile: file, steps: taken }: Settings,
  model: Sampleable,
): string | undefined {
  const steps = integerFlag(flags, 'steps');
  if (steps !== undefined && steps > model.timesteps) {
    throw new UserError({
      where: '--steps',
      problem: 'more than the diffusion has',
      found: String(steps),
      expected: `1 to ${model.timesteps}`,
    });
  }
  const useless = model.samplers.length === 0 ? diffusionFlags.filter((name) => name in flags) : [];
  if (useless.length > 0) {
    throw new UserError(
      useless.map((name) => ({
        where: `--${name}`,
        problem: 'this model is drawn in a way of its own, which has no such setting',
      })),
    );
  }
  if ((numberFlag(flags, 'cfg_scale', 0, MOST_GUIDANCE) ?? 1) !== 1 && !model.isGuidable) {
    throw new UserError(NOT_GUIDABLE);
  }
  if (!file || !model.trainedSchedule) return undefined;
  const { problems, note } = scheduleMatch(file.scheduler, model.trainedSchedule, taken);
  if (problems.length > 0) throw new UserError(problems.map((problem) => ({ where: file.path, ...problem })));
  return note && `${file.path}: ${note}`;
}

function needless(flag: string, without: string): UserError {
  return new UserError({ where: `--${flag}`, problem: `means nothing without ${without}`, remedy: 'leave it out' });
}

/** @throws UserError for flags of our own samplers that a scheduler has parameters for, or does without */
function checkSchedulerFlags(flags: Flags, { scheduler, path }: SchedulerFile): void {
  const reasons: Readonly<Record<string, string | undefined>> = {
    discretize: 'timestep_spacing and steps_offset of the scheduler say it',
    temperature: 'a scheduler has no such setting',
    eta: scheduler.takesEta ? undefined : `${scheduler.constructor.name} has no such setting: variance_type says it`,
  };
  const useless = Object.entries(reasons).filter(([name, reason]) => reason !== undefined && name in flags);
  if (useless.length === 0) return;
  throw new UserError(
    useless.map(([name, reason]) => ({
      where: `--${name}`,
      problem: `means nothing beside --sampler ${path}: ${reason ?? ''}`,
      remedy: 'leave it out',
    })),
  );
}

/** @throws UserError where the condition is said in two ways */
function checkOneCondition(flags: Flags): void {
  const given = ['class', 'prompt', 'condition', 'condition_from'].filter((name) => flags[name] !== undefined);
  if (given.length < 2) return;
  throw new UserError({
    where: 'ldm sample',
    problem: 'images are drawn under one condition',
    found: given.map((name) => `--${name}`).join(' and '),
    expected: 'one of them',
  });
}
