import type * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { instantiateFromConfig } from '../config/index.js';
import { precisionNamed } from '../engine/index.js';
import { UserError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import { runOfCheckpoint } from '../io/list-checkpoints.js';
import { makeFolder } from '../io/make-folder.js';
import { requireWritable } from '../io/require-writable.js';
import { formatRunTime } from '../io/run-folder.js';
import { Reporter } from '../logging/reporter.js';
import type { Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { isSampleable, type Sampleable } from '../samplers/index.js';
import { engineFromFlags } from './engine-flags.js';
import { textFlag, type Flags } from './flags.js';
import { foundCheckpoint } from './found-checkpoint.js';
import { conditionGrid, type ConditionGrid } from './sample/condition-grid.js';
import { disposeConditions, givenConditions, type GivenConditions } from './sample/conditions.js';
import { drawAll } from './sample/draw.js';
import { disposeImages, givenImages } from './sample/given-images.js';
import { isSchedulerFile, readScheduler } from './sample/scheduler-file.js';
import { checkFlags, sampleSettings, type Settings } from './sample/settings.js';
import { subjectsOf, type Subjects } from './sample/subjects.js';
import { trainedModel } from './sample/trained-model.js';
import { writeSamples, type Parameters } from './sample/write-samples.js';

/**
 * `ldm sample`: draws images from a trained model. Returns the exit code.
 * @param mask the word after the image of `--inpaint`
 */
export async function sample(path: string, mask: string | undefined, flags: Flags): Promise<number> {
  const sampler = textFlag(flags, 'sampler') ?? '';
  const scheduler = isSchedulerFile(sampler) ? await readScheduler(sampler) : undefined;
  const asked = sampleSettings(flags, { mask, scheduler });
  const startEngine = engineFromFlags(flags);
  const precision = precisionNamed(textFlag(flags, 'precision') ?? '32');
  const { path: checkpointPath, note: found } = foundCheckpoint(path);
  const { config, experiment, step, load } = await trainedModel(checkpointPath, textFlag(flags, 'config'));
  const engine = await startEngine(precision);
  const module = await instantiateFromConfig<Module>(experiment.model, config.registry);
  if (!isSampleable(module)) {
    throw new UserError({
      where: checkpointPath,
      problem: `${experiment.model.target} is no model to draw images from`,
    });
  }
  const settings = { ...asked, steps: Math.min(asked.steps, module.timesteps) };
  const note = checkFlags(flags, settings, module);
  const reporter = new Reporter();
  if (found !== undefined) reporter.info(`note: ${found}`);
  const warn = (text: string): void => {
    reporter.warn(text);
  };
  if (engine.note !== undefined) warn(engine.note);
  if (note !== undefined) warn(note);
  const loaded = load(module);
  if (loaded !== undefined) reporter.info(loaded);
  module.eval();

  const { registry } = config;
  const conditions = await givenConditions(settings, module, { experiment, registry, warn });
  const subjects = subjectsOf(settings, module, conditions?.origins.length);
  const given = await givenImages(settings, module);
  const pictures = conditions && module.pictureConditions?.(conditions.examples, new RandomStreams(settings.seed));
  const folder = writableFolder(textFlag(flags, 'out') ?? defaultFolder(checkpointPath));
  try {
    const images = await drawAll(module, { settings, subjects, images: given, conditions, reporter });
    const grid = pictures && conditionGrid(images, pictures, subjects);
    await writeSamples(folder, images, {
      grid: grid ?? { images, columns: subjects.columns },
      parameters: {
        checkpoint: checkpointPath,
        ...(step !== undefined && { step }),
        ...parametersOf(settings, module),
      },
      ofEach: (i) => parametersOfEach(i, subjects, conditions),
    });
    disposeDrawn(images, grid);
    const ofStep = step === undefined ? '' : ` of step ${step}`;
    reporter.info(`${subjects.count} images${ofStep} in ${folder} (grid.png)`);
    return 0;
  } finally {
    disposeImages(given);
    disposeConditions(conditions);
    pictures?.dispose();
  }
}

function disposeDrawn(images: tf.Tensor4D, grid: ConditionGrid | undefined): void {
  images.dispose();
  grid?.images.dispose();
}

/** What decides how the images look, as the PNGs say it. */
function parametersOf(settings: Settings, { samplers }: Sampleable): Parameters {
  const { sampler, steps, eta, discretize, temperature, guidanceScale, seed, batchSize } = settings;
  const { init, inpaint, interpolate, condition, conditionFrom, schedulerFile: file } = settings;
  const own = { sampler, eta, discretize, temperature };
  const scheduled = file && { sampler: file.path, scheduler: file.config, ...(file.scheduler.takesEta && { eta }) };
  return {
    ...{ seed, batch_size: batchSize, steps },
    ...(samplers.length > 0 && { ...(scheduled ?? own), cfg_scale: guidanceScale }),
    ...(init && { init: init.path, strength: init.strength }),
    ...(inpaint && { inpaint: inpaint.image, mask: inpaint.mask }),
    ...(interpolate !== undefined && { interpolate }),
    ...(condition !== undefined && { condition }),
    ...(conditionFrom !== undefined && { condition_from: conditionFrom }),
  };
}

function parametersOfEach(
  i: number,
  { labels, texts, conditions: numbers }: Subjects,
  conditions: GivenConditions | undefined,
): Parameters {
  return {
    image: i,
    ...(labels.length > 0 && { class: labels[i] }),
    ...(texts.length > 0 && { prompt: texts[i] }),
    ...conditions?.origins[numbers[i] ?? 0],
  };
}

/** @throws FileError where nothing can be written there: before an image is drawn */
function writableFolder(folder: string): string {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw fileProblem(folder, 'create the folder', cause, { remedy: 'choose another: --out FOLDER' });
  }
  requireWritable(join(folder, 'grid.png'));
  return folder;
}

function defaultFolder(checkpointPath: string): string {
  const run = runOfCheckpoint(checkpointPath);
  return join(run ?? '.', 'samples', formatRunTime(new Date()));
}
