import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { logOf } from '../../test/support/logged.js';
import { BasicUNet } from '../models/classic/basic-unet.js';
import { Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { corrupt } from './corrupt.js';
import { CorruptionModel } from './corruption-model.js';
import type { NetworkInputs } from './diffusion-wrapper.js';

/** Sees grey everywhere, and keeps what it was called with. */
class Grey extends Module {
  readonly numClasses: number = 0;
  readonly timesteps: number[][] = [];

  forward({ x, timesteps }: NetworkInputs): tf.Tensor4D {
    this.timesteps.push([...timesteps.dataSync()]);
    return tf.fill(x.shape, 0.5);
  }
}

const images = (count = 2) => ({ image: tf.fill<tf.Rank.R4>([count, 8, 8, 1], -1) });

onEveryEngine('CorruptionModel', (test) => {
  test('mixes each image with noise by its own amount', () => {
    const x = tf.tensor4d([1, 1, 0.5, 0], [2, 1, 2, 1]);
    const noise = tf.tensor4d([0, 0.5, 1, 1], [2, 1, 2, 1]);
    const found = corrupt(x, noise, tf.tensor1d([0.5, 0.25]));
    assert.equal([...found.dataSync()], [0.5, 0.75, 0.625, 0.25]);
  });

  test('losses are of images in [0, 1], the network told timestep 0', () => {
    const network = new Grey();
    const model = new CorruptionModel(network, { image_size: 8 }).initialize(new RandomStreams(1));
    const logged = logOf(model);
    const batch = images();
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      assert.is(model.trainingStep(batch).dataSync()[0], 0.25);
    });
    model.onValidationStart();
    model.validationStep(batch);
    assert.is(tf.memory().numTensors, before);
    assert.equal(logged, { 'train/loss': 0.25, 'val/loss': 0.25 });
    assert.equal(network.timesteps, [
      [0, 0],
      [0, 0],
    ]);
    tf.dispose(batch);
  });

  test('validations draw the same noise, trainings do not', () => {
    const model = new CorruptionModel(new BasicUNet(), { image_size: 8 }).initialize(new RandomStreams(1));
    const logged = logOf(model);
    const batch = images();
    const losses = Array.from({ length: 2 }, () => {
      model.onValidationStart();
      model.validationStep(batch);
      return tf.tidy(() => [logged['val/loss'], model.trainingStep(batch).dataSync()[0]]);
    });
    assert.is(losses[0]?.[0], losses[1]?.[0]);
    assert.is.not(losses[0]?.[1], losses[1]?.[1]);
    tf.dispose(batch);
  });

  test('shows what it sees in images of every corruption, and samples on their way', async () => {
    const model = new CorruptionModel(new Grey(), { image_size: 8, timesteps: 3, denoise_steps: 2 });
    logOf(model.initialize(new RandomStreams(1)));
    model.eval();
    const batch = images(3);
    const before = tf.memory().numTensors;
    const grids = await model.logImages(batch, { maxImages: 2 });
    const shapes = Object.entries(grids).map(([name, grid]) => [name, grid.images.shape[0], grid.columns]);
    assert.equal(shapes, [
      ['inputs', 2, 2],
      ['corrupted', 2, 2],
      ['predictions', 2, 2],
      ['denoise_row', 8, 4],
      ['samples', 2, 2],
    ]);
    const of = (name: string) => [...(grids[name]?.images.dataSync() ?? [])];
    assert.equal(
      of('corrupted').slice(0, 64),
      Array.from({ length: 64 }, () => -1),
      'the first not at all',
    );
    assert.ok(
      of('corrupted')
        .slice(64)
        .every((value) => value > -1 && value < 1),
      'the last wholly',
    );
    assert.ok(
      of('samples').every((value) => value === 0),
      'grey, in [-1, 1]',
    );
    const row = of('denoise_row');
    const third = row.slice(4 * 64, 5 * 64);
    assert.ok(
      third.every((value, i) => Math.abs(value - (row[i] ?? NaN) / 2) < 1e-6),
      'half of the way after one of two',
    );
    tf.dispose(Object.values(grids).map((grid) => grid.images));
    assert.is(tf.memory().numTensors, before);
    const some = await model.logImages(batch, { maxImages: 2, sample: false, plot_denoise_rows: false });
    assert.equal(Object.keys(some), ['inputs', 'corrupted', 'predictions']);
    tf.dispose([...Object.values(some).map((grid) => grid.images), ...Object.values(batch)]);
  });

  test('draws as many images and steps as are asked for', async () => {
    const model = new CorruptionModel(new BasicUNet(), { image_size: 8 }).initialize(new RandomStreams(1));
    logOf(model);
    model.eval();
    const steps: number[][] = [];
    const before = tf.memory().numTensors;
    const request = { count: 3, sampler: 'ddim', steps: 4, eta: 0, streams: new RandomStreams(5) } as const;
    const drawn = await model.sample({ ...request, onStep: (step, all) => void steps.push([step, all]) });
    assert.equal(drawn.shape, [3, 8, 8, 1]);
    assert.is(steps.length, 4);
    assert.equal(steps.at(-1), [4, 4]);
    drawn.dispose();
    assert.is(tf.memory().numTensors, before);
  });

  test('takes no network of classes', () => {
    const network = Object.assign(new Grey(), { numClasses: 3 });
    assert.throws(() => new CorruptionModel(network), /unet_config.*the network takes labels, and this model has none/);
  });
});
