import * as tf from '@tensorflow/tfjs-core';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { instantiateFromConfig, type Experiment, type Registry } from '../../config/index.js';
import { collate } from '../../data/collate.js';
import type { DataModule } from '../../data/data-module.js';
import { listImages } from '../../data/image-files.js';
import { disposeTensors, toTensors } from '../../data/to-tensors.js';
import { ConfigError, UserError } from '../../errors.js';
import type { ConditionedBy, ConditionExamples, Sampleable } from '../../samplers/index.js';
import { conditionExtensions, describeConditionFile, readCondition, type ConditionShape } from './condition-file.js';
import type { Settings } from './settings.js';
import type { Parameters } from './write-samples.js';

/** Conditions that are neither class nor text alone. The caller disposes the tensors. */
export interface GivenConditions {
  /** As a data set has them. */
  readonly examples: ConditionExamples;
  /** Where each is from, for the PNGs to say. */
  readonly origins: readonly Parameters[];
}

/** What there is to know of a model that may take conditions. */
type ConditionedModel = Pick<Sampleable, 'conditionedBy' | 'numClasses' | 'takesTexts' | 'isInpainter'>;

/** Where the data of a configuration come from. */
export interface ConfiguredData {
  readonly experiment: Experiment;
  readonly registry: Registry;
  readonly warn: (text: string) => void;
}

/**
 * The conditions that `--condition` and `--condition_from` name; undefined where neither is given.
 * @throws UserError where the model does not take them, or takes none but these and they are not given; FileError where
 * a file cannot be read
 */
export async function givenConditions(
  settings: Settings,
  model: ConditionedModel,
  data: ConfiguredData,
): Promise<GivenConditions | undefined> {
  const { conditionedBy: by } = model;
  const { condition: path, conditionFrom: set, count } = settings;
  const flag = path === undefined ? '--condition_from' : '--condition';
  if (path === undefined && set === undefined) {
    const isInpainting = model.isInpainter === true && settings.inpaint !== undefined;
    if (by && model.numClasses === 0 && model.takesTexts !== true && !isInpainting) throw missing(by, model);
    return undefined;
  }
  if (!by) {
    throw new UserError({ where: flag, problem: 'the model draws without a condition', remedy: 'leave it out' });
  }
  if (set !== undefined) return fromData(set, count ?? DEFAULT_EXAMPLES, by, { ...data, seed: settings.seed });
  if (!by.image) throw noImage(by, model);
  return fromFiles(path ?? '', by.key, by.image);
}

export function disposeConditions(conditions: GivenConditions | undefined): void {
  if (conditions) disposeTensors(conditions.examples);
}

/** Some of the conditions, in this order; indices may repeat. The caller disposes the tensors. */
export function conditionsAt({ examples }: GivenConditions, indices: readonly number[]): ConditionExamples {
  const at = tf.tensor1d([...indices], 'int32');
  const chosen = Object.entries(examples).map(([key, values]) => [
    key,
    values instanceof tf.Tensor ? tf.gather(values, at) : indices.map((i) => values[i] ?? ''),
  ]);
  at.dispose();
  return Object.fromEntries(chosen) as ConditionExamples;
}

const DEFAULT_EXAMPLES = 8;

async function fromFiles(path: string, key: string, image: ConditionShape): Promise<GivenConditions> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const files = isFolder ? listImages(path, conditionExtensions(image)).map((file) => join(path, file)) : [path];
  const examples = await Promise.all(files.map(async (file) => ({ [key]: await readCondition(file, image) })));
  return { examples: toTensors(collate(examples)), origins: files.map((condition) => ({ condition })) };
}

/** The first examples of a set, in the data set's own order. */
async function fromData(
  set: NonNullable<Settings['conditionFrom']>,
  count: number,
  { key }: ConditionedBy,
  { experiment, registry, warn, seed }: ConfiguredData & { readonly seed: number },
): Promise<GivenConditions> {
  const where = '--condition_from';
  const missingFiles = experiment.missing.filter(({ path = '' }) => path.startsWith(`data.params.${set}.`));
  if (missingFiles.length > 0) throw new ConfigError(missingFiles);
  if (!experiment.data) {
    throw new UserError({
      where,
      problem: 'the configuration of the model has no data',
      remedy: 'name files: --condition',
    });
  }
  const data = await instantiateFromConfig<DataModule>(experiment.data, registry);
  const { [set]: dataset } = data;
  if (!dataset) {
    const there = (['train', 'validation', 'test'] as const).filter((name) => data[name]);
    throw new UserError({
      where,
      problem: "the run's configuration has no such data",
      found: set,
      expected: there.join(' or '),
    });
  }
  if (count > dataset.length) {
    const found = `${count} of ${dataset.length}`;
    throw new UserError({ where, problem: `the ${set} data have not so many examples`, found, remedy: 'a smaller -n' });
  }
  const batch = await dataset.batch(
    Uint32Array.from({ length: count }, (_, i) => i),
    { seed, epoch: 0, warn },
  );
  if (!(key in batch)) {
    const expected = `${key}, the condition of the model`;
    throw new UserError({ where, problem: `the ${set} data lack it`, found: Object.keys(batch).join(', '), expected });
  }
  const origins = Array.from({ length: count }, (_, example) => ({ condition_from: set, example }));
  return { examples: toTensors(batch), origins };
}

const INPAINT = '--inpaint IMAGE MASK';
const FROM_DATA = '--condition_from train, validation or test: the first -n examples of these data';

function missing({ key, image }: ConditionedBy, { isInpainter }: ConditionedModel): UserError {
  const file = image && `--condition FILE, ${describeConditionFile(image)}`;
  const own = isInpainter === true ? INPAINT : file;
  return new UserError({
    where: 'ldm sample',
    problem: `the model draws under a condition, ${key}`,
    expected: own === undefined ? FROM_DATA : `${own}; or ${FROM_DATA}`,
  });
}

function noImage({ key }: ConditionedBy, { numClasses, takesTexts, isInpainter }: ConditionedModel) {
  const texts = takesTexts === true ? '--prompt TEXT, or ' : '';
  const other = numClasses > 0 ? '--class N, or ' : isInpainter === true ? `${INPAINT}, or ` : texts;
  return new UserError({
    where: '--condition',
    problem: `the condition of this model, ${key}, is no image${isInpainter === true ? ' alone' : ' and no map of classes'}`,
    expected: `${other}${FROM_DATA}`,
  });
}
