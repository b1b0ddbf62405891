import * as tf from '@tensorflow/tfjs-core';
import { disposeTensors } from '../../data/to-tensors.js';
import { Progress } from '../../logging/progress.js';
import type { Reporter } from '../../logging/reporter.js';
import { RandomStreams } from '../../random/index.js';
import type { KnownImage, Sampleable, SampleRequest } from '../../samplers/index.js';
import { conditionsAt, type GivenConditions } from './conditions.js';
import type { GivenImages } from './given-images.js';
import { interpolatedNoise } from './interpolated-noise.js';
import type { Settings } from './settings.js';
import type { Subjects } from './subjects.js';

/** What is drawn, and how. */
export interface Drawing {
  readonly settings: Settings;
  readonly subjects: Subjects;
  readonly images: GivenImages;
  readonly conditions: GivenConditions | undefined;
  readonly reporter: Reporter;
}

/** Draws batch by batch; the images `[N, H, W, C]`. What is given stays the caller's. */
export async function drawAll(module: Sampleable, drawing: Drawing): Promise<tf.Tensor4D> {
  const { settings, subjects, images: given, conditions: all, reporter } = drawing;
  const { count, labels, texts, conditions } = subjects;
  const { sampler, steps, eta, discretize, temperature, guidanceScale, seed, batchSize } = settings;
  const streams = new RandomStreams(seed);
  const progress = new Progress(reporter, { label: 'sampling', total: count });
  const noise = noiseOf(settings, { subjects, module, streams });
  const batches: tf.Tensor4D[] = [];
  try {
    for (let start = 0; start < count; start += batchSize) {
      const size = Math.min(batchSize, count - start);
      const xT = noise && tf.slice(noise, start, size);
      const shown = all && conditionsAt(all, conditions.slice(start, start + size));
      const request: SampleRequest = {
        ...{ count: size, labels: labels.slice(start, start + size), texts: texts.slice(start, start + size) },
        ...{ sampler, steps, eta, discretize, temperature, guidanceScale, streams, xT, conditions: shown, ...given },
        onStep: (step, of) => {
          progress.update(start + Math.floor((size * step) / of));
        },
      };
      try {
        batches.push(await module.sample(request));
      } finally {
        xT?.dispose();
        if (shown) disposeTensors(shown);
      }
    }
    return withKnown(tf.concat(batches), given.known);
  } finally {
    progress.clear();
    tf.dispose([batches, noise]);
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
