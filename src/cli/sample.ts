import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { instantiateFromConfig } from '../config/index.js';
import { precisionNamed } from '../engine/index.js';
import { UserError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import { findCheckpoint, runOfCheckpoint } from '../io/find-checkpoint.js';
import { makeFolder } from '../io/make-folder.js';
import { imageGrid, separateImages, writePng } from '../io/images.js';
import { formatRunTime } from '../io/run-folder.js';
import { requireWritable } from '../io/require-writable.js';
import { writeSafetensors } from '../io/safetensors.js';
import { Progress } from '../logging/progress.js';
import { Reporter } from '../logging/reporter.js';
import { publish, type Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { samplerNames, type Sampleable, type SampleRequest } from '../samplers/index.js';
import { readCheckpoint } from '../train/checkpoint-file.js';
import { engineFromFlags } from './engine-flags.js';
import { experimentOf } from './experiment.js';
import { choiceFlag, integerFlag, numberFlag, textFlag, type Flags } from './flags.js';
import { configOfCheckpoint, loadConfig } from './load-config.js';

const DEFAULT_COUNT = 16;
const DEFAULT_STEPS = 200;
/** With classes: so many of each, one class per row. */
const DEFAULT_PER_CLASS = 8;

/** `ldm sample`: draws images from a trained model. Returns the exit code. */
export async function sample(path: string, flags: Flags): Promise<number> {
  const settings = {
    sampler: choiceFlag(flags, 'sampler', samplerNames, 'ddim'),
    steps: integerFlag(flags, 'steps') ?? DEFAULT_STEPS,
    eta: numberFlag(flags, 'eta', 0, 1) ?? 1,
    seed: integerFlag(flags, 'seed', 0) ?? 23,
    batchSize: integerFlag(flags, 'batch_size') ?? 80,
  };
  const startEngine = engineFromFlags(flags);
  const precision = precisionNamed(textFlag(flags, 'precision') ?? '32');
  const checkpointPath = findCheckpoint(path);
  const checkpoint = readCheckpoint(checkpointPath);
  const config = await loadConfig([configOfCheckpoint(checkpointPath, checkpoint.config)]);
  const experiment = experimentOf(config);
  const engine = await startEngine(precision);
  const module = await instantiateFromConfig<Module>(experiment.model, config.registry);
  if (!isSampleable(module)) {
    throw new UserError({
      where: checkpointPath,
      problem: `${experiment.model.target} is no model to draw images from`,
    });
  }
  if (flags.steps !== undefined && settings.steps > module.timesteps) {
    throw new UserError({
      where: '--steps',
      problem: 'more than the diffusion has',
      found: String(settings.steps),
      expected: `1 to ${module.timesteps}`,
    });
  }
  const labels = requestedLabels(flags, module.numClasses);
  const count = labels.length > 0 ? labels.length : (integerFlag(flags, 'count') ?? DEFAULT_COUNT);
  module.loadStateDict(checkpoint.weights, { source: checkpointPath });
  module.eval();

  const reporter = new Reporter();
  if (engine.note !== undefined) reporter.warn(engine.note);
  const images = await drawInBatches(module, {
    ...settings,
    steps: Math.min(settings.steps, module.timesteps),
    count,
    labels,
    reporter,
  });
  const folder = textFlag(flags, 'out') ?? defaultFolder(checkpointPath);
  await writeImages(folder, images, labels.length > 0 && flags.class === undefined ? DEFAULT_PER_CLASS : undefined);
  images.dispose();
  reporter.info(`${count} images of step ${checkpoint.progress.globalStep} in ${folder} (grid.png)`);
  return 0;
}

/** The class of each image, empty where the model has none: one class if asked for, else as many of each. */
function requestedLabels(flags: Flags, numClasses: number): number[] {
  const label = integerFlag(flags, 'class', 0);
  const count = integerFlag(flags, 'count');
  if (label !== undefined && label >= numClasses) {
    const expected = numClasses > 0 ? `0 to ${numClasses - 1}` : 'no class: the model is unconditional';
    throw new UserError({ where: '--class', problem: 'there is no such class', found: String(label), expected });
  }
  if (label !== undefined) return Array.from({ length: count ?? DEFAULT_COUNT }, () => label);
  const length = numClasses === 0 ? 0 : (count ?? numClasses * DEFAULT_PER_CLASS);
  return Array.from({ length }, (_, i) => Math.floor(i / DEFAULT_PER_CLASS) % numClasses);
}

async function drawInBatches(
  module: Sampleable,
  options: Omit<SampleRequest, 'streams' | 'onStep'> & { seed: number; batchSize: number; reporter: Reporter },
): Promise<tf.Tensor4D> {
  const { count, labels = [], seed, batchSize, reporter, ...settings } = options;
  const streams = new RandomStreams(seed);
  const progress = new Progress(reporter, { label: 'sampling', total: count });
  const batches: tf.Tensor4D[] = [];
  for (let start = 0; start < count; start += batchSize) {
    const size = Math.min(batchSize, count - start);
    const onStep = (step: number, steps: number): void => {
      progress.update(start + Math.floor((size * step) / steps));
    };
    const request = { ...settings, count: size, labels: labels.slice(start, start + size), streams, onStep };
    batches.push(await module.sample(request));
  }
  progress.clear();
  const images = tf.concat(batches);
  tf.dispose(batches);
  return images;
}

/** Writes the grid, each image by itself and all of them as they were drawn, `samples` `[N, C, H, W]` in [-1, 1]. */
async function writeImages(folder: string, images: tf.Tensor4D, columns?: number): Promise<void> {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw fileProblem(folder, 'create the folder', cause, { remedy: 'choose another: --out FOLDER' });
  }
  requireWritable(join(folder, 'grid.png'));
  const float = { data: await images.data<'float32'>(), shape: images.shape };
  const square = Math.ceil(Math.sqrt(images.shape[0]));
  await writePng(join(folder, 'grid.png'), imageGrid(float, { columns: columns ?? square }));
  for (const [i, image] of separateImages(float).entries()) {
    await writePng(join(folder, `${String(i).padStart(5, '0')}.png`), image);
  }
  writeSafetensors(join(folder, 'samples.safetensors'), new Map([['samples', publish(images)]]));
}

function defaultFolder(checkpointPath: string): string {
  const run = runOfCheckpoint(checkpointPath);
  return join(run ?? '.', 'samples', formatRunTime(new Date()));
}

function isSampleable(module: Module): module is Module & Sampleable {
  return 'sample' in module && 'numClasses' in module;
}
