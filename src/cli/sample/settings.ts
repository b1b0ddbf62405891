import { UserError } from '../../errors.js';
import { discretizations, samplerNames, type Sampleable } from '../../samplers/index.js';
import { choiceFlag, integerFlag, numberFlag, textFlag, type Flags } from '../flags.js';

const DEFAULT_COUNT = 16;
const DEFAULT_STEPS = 200;
const DEFAULT_STRENGTH = 0.75;
/** Further than anyone overstates a condition. */
const MOST_GUIDANCE = 1000;
/** With classes: so many of each, one class per row. */
const DEFAULT_PER_CLASS = 8;

/** What `ldm sample` was asked for, as far as it can be told without the model. */
export type Settings = ReturnType<typeof sampleSettings>;

/**
 * Reads the flags of `ldm sample`.
 * @param mask the word after the image of `--inpaint`
 * @throws UserError for what cannot be read or does not go together
 */
export function sampleSettings(flags: Flags, mask: string | undefined) {
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
  if (interpolate !== undefined && (init !== undefined || (eta ?? 0) > 0 || flags.sampler === 'ddpm')) {
    throw new UserError({
      where: '--interpolate',
      problem: 'goes from noise to noise, and no other noise may come in between',
      expected: 'neither --init nor --eta above 0 nor --sampler ddpm',
    });
  }
  return {
    sampler: choiceFlag(flags, 'sampler', samplerNames, 'ddim'),
    steps: integerFlag(flags, 'steps') ?? DEFAULT_STEPS,
    eta: eta ?? (interpolate === undefined ? 1 : 0),
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
  };
}

const NOT_GUIDABLE = {
  where: '--cfg_scale',
  problem: 'guidance takes a model that has also learned to do without its condition, and this one has not',
  remedy: 'train with model.params.ucg_training, as configs/ddpm/mnist-guided.yaml does, or leave --cfg_scale out',
};

/** Flags that say how a diffusion is sampled: nothing to a model that is drawn in a way of its own. */
const diffusionFlags = ['sampler', 'eta', 'discretize', 'temperature', 'cfg_scale', 'init', 'inpaint', 'interpolate'];

/** @throws UserError where the model cannot do what the flags ask for */
export function checkFlags(flags: Flags, model: Sampleable): void {
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
}

/** What the images are to show. */
export interface Subjects {
  readonly count: number;
  /** The class of each, empty where the model has none. */
  readonly labels: readonly number[];
  /** The text of each, empty where the model takes none. */
  readonly texts: readonly string[];
  /** Images in a row of the grid; a square grid where absent. */
  readonly columns?: number;
}

/**
 * The classes or texts of the images: one if asked for, else as many of each class. An interpolation has a row for each.
 * @throws UserError where the model has no such class, takes no texts, or takes nothing else
 */
export function subjectsOf(settings: Settings, model: Sampleable): Subjects {
  const { count, label, prompt, interpolate } = settings;
  const { numClasses, takesTexts = false } = model;
  if (label !== undefined && label >= numClasses) {
    const expected = numClasses > 0 ? `0 to ${numClasses - 1}` : 'no class: the model has none';
    throw new UserError({ where: '--class', problem: 'there is no such class', found: String(label), expected });
  }
  if (prompt !== undefined && !takesTexts) {
    throw new UserError({ where: '--prompt', problem: 'the model takes no texts', remedy: 'leave it out' });
  }
  if (takesTexts && prompt === undefined) {
    throw new UserError({ where: '--prompt', problem: 'the model draws what a text says', expected: '--prompt TEXT' });
  }
  const perRow = interpolate ?? 1;
  const rows = count ?? defaultCount(settings, numClasses);
  const repeated = <T>(of: (row: number) => T): T[] =>
    Array.from({ length: rows * perRow }, (_, i) => of(Math.floor(i / perRow)));
  const perClass = interpolate === undefined ? DEFAULT_PER_CLASS : 1;
  const classOf = (row: number): number => label ?? Math.floor(row / perClass) % numClasses;
  const inClassRows = numClasses > 0 && label === undefined;
  const columns = interpolate ?? (inClassRows ? DEFAULT_PER_CLASS : undefined);
  return {
    count: rows * perRow,
    labels: numClasses > 0 ? repeated(classOf) : [],
    texts: prompt === undefined ? [] : repeated(() => prompt),
    ...(columns !== undefined && { columns }),
  };
}

function defaultCount({ interpolate, label }: Settings, numClasses: number): number {
  const isByClass = numClasses > 0 && label === undefined;
  if (interpolate !== undefined) return isByClass ? numClasses : 4;
  return isByClass ? numClasses * DEFAULT_PER_CLASS : DEFAULT_COUNT;
}

function needless(flag: string, without: string): UserError {
  return new UserError({ where: `--${flag}`, problem: `means nothing without ${without}`, remedy: 'leave it out' });
}
