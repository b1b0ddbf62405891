import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { instantiateFromConfig } from '../config/index.js';
import { precisionNamed } from '../engine/index.js';
import { UserError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import { runOfCheckpoint } from '../io/list-checkpoints.js';
import { makeFolder } from '../io/make-folder.js';
import { requireWritable } from '../io/require-writable.js';
import { formatRunTime } from '../io/run-folder.js';
import { Progress } from '../logging/progress.js';
import { Reporter } from '../logging/reporter.js';
import type { Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import type { KnownImage, Sampleable, SampleRequest } from '../samplers/index.js';
import { readCheckpoint } from '../train/checkpoint-file.js';
import { engineFromFlags } from './engine-flags.js';
import { experimentOf } from './experiment.js';
import { textFlag, type Flags } from './flags.js';
import { foundCheckpoint } from './found-checkpoint.js';
import { configOfCheckpoint, loadConfig } from './load-config.js';
import { disposeImages, givenImages, type GivenImages } from './sample/given-images.js';
import { interpolatedNoise } from './sample/interpolated-noise.js';
import { checkFlags, sampleSettings, subjectsOf, type Settings, type Subjects } from './sample/settings.js';
import { writeSamples, type Parameters } from './sample/write-samples.js';

/**
 * `ldm sample`: draws images from a trained model. Returns the exit code.
 * @param mask the word after the image of `--inpaint`
 */
export async function sample(path: string, mask: string | undefined, flags: Flags): Promise<number> {
  const settings = sampleSettings(flags, mask);
  const startEngine = engineFromFlags(flags);
  const precision = precisionNamed(textFlag(flags, 'precision') ?? '32');
  const { path: checkpointPath, note } = foundCheckpoint(path);
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
  checkFlags(flags, module);
  const subjects = subjectsOf(settings, module);
  module.loadStateDict(checkpoint.weights, { source: checkpointPath });
  module.eval();
  const given = await givenImages(settings, module);
  const folder = writableFolder(textFlag(flags, 'out') ?? defaultFolder(checkpointPath));

  const reporter = new Reporter();
  if (note !== undefined) reporter.info(`note: ${note}`);
  if (engine.note !== undefined) reporter.warn(engine.note);
  const { globalStep: step } = checkpoint.progress;
  const steps = Math.min(settings.steps, module.timesteps);
  const images = await drawAll(module, { settings: { ...settings, steps }, subjects, given, reporter });
  await writeSamples(folder, images, {
    columns: subjects.columns,
    parameters: { checkpoint: checkpointPath, step, ...parametersOf({ ...settings, steps }, module) },
    ofEach: (i) => ({
      image: i,
      ...(subjects.labels.length > 0 && { class: subjects.labels[i] }),
      ...(subjects.texts.length > 0 && { prompt: subjects.texts[i] }),
    }),
  });
  images.dispose();
  reporter.info(`${subjects.count} images of step ${step} in ${folder} (grid.png)`);
  return 0;
}

/** Draws batch by batch; the images `[N, H, W, C]`. Disposes what is given. */
async function drawAll(
  module: Sampleable,
  {
    settings,
    subjects,
    given,
    reporter,
  }: { settings: Settings; subjects: Subjects; given: GivenImages; reporter: Reporter },
): Promise<tf.Tensor4D> {
  const { count, labels, texts } = subjects;
  const { sampler, steps, eta, discretize, temperature, guidanceScale, seed, batchSize } = settings;
  const streams = new RandomStreams(seed);
  const progress = new Progress(reporter, { label: 'sampling', total: count });
  const noise = noiseOf(settings, { subjects, module, streams });
  const batches: tf.Tensor4D[] = [];
  try {
    for (let start = 0; start < count; start += batchSize) {
      const size = Math.min(batchSize, count - start);
      const xT = noise && tf.slice(noise, start, size);
      const request: SampleRequest = {
        ...{ count: size, labels: labels.slice(start, start + size), texts: texts.slice(start, start + size) },
        ...{ sampler, steps, eta, discretize, temperature, guidanceScale, streams, xT, ...given },
        onStep: (step, all) => {
          progress.update(start + Math.floor((size * step) / all));
        },
      };
      try {
        batches.push(await module.sample(request));
      } finally {
        xT?.dispose();
      }
    }
    return withKnown(tf.concat(batches), given.known);
  } finally {
    progress.clear();
    tf.dispose([batches, noise]);
    disposeImages(given);
  }
}

/** The images with what was given in its place, bit for bit; takes them over. */
function withKnown(images: tf.Tensor4D, known: KnownImage | undefined): tf.Tensor4D {
  if (!known) return images;
  const whole = tf.tidy(() => tf.add<tf.Tensor4D>(tf.mul(known.x0, known.mask), tf.mul(images, tf.sub(1, known.mask))));
  images.dispose();
  return whole;
}

/** The noise that an interpolation goes along; undefined where each image has some of its own. */
function noiseOf(
  { interpolate: columns }: Settings,
  { subjects, module, streams }: { subjects: Subjects; module: Sampleable; streams: RandomStreams },
): tf.Tensor4D | undefined {
  if (columns === undefined) return undefined;
  const rows = subjects.count / columns;
  return interpolatedNoise(streams.get('interpolation'), { rows, columns, shape: module.sampleShape });
}

/** What decides how the images look, as the PNGs say it. */
function parametersOf(settings: Settings, { samplers }: Sampleable): Parameters {
  const { sampler, steps, eta, discretize, temperature, guidanceScale, seed, batchSize } = settings;
  const { init, inpaint, interpolate } = settings;
  return {
    ...{ seed, batch_size: batchSize, steps },
    ...(samplers.length > 0 && { sampler, eta, discretize, temperature, cfg_scale: guidanceScale }),
    ...(init && { init: init.path, strength: init.strength }),
    ...(inpaint && { inpaint: inpaint.image, mask: inpaint.mask }),
    ...(interpolate !== undefined && { interpolate }),
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

function isSampleable(module: Module): module is Module & Sampleable {
  return 'sample' in module && 'numClasses' in module;
}
