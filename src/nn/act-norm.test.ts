import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { selectEngine } from '../engine/index.js';
import { RandomStreams } from '../random/index.js';
import { ActNorm } from './index.js';

const test = suite('ActNorm');

test.before(async () => {
  await selectEngine('cpu');
});

const streams = new RandomStreams(0);
const batch = () => tf.tensor4d([0, 10, 2, 30, 4, 20, 6, 40], [2, 2, 1, 2]);

test('the first batch in training sets the weights: mean 0, unbiased variance 1', () => {
  const norm = new ActNorm(2).initialize(streams);
  assertClose(
    norm.forward(batch()).dataSync(),
    [-3, -15, -1, 5, 1, -5, 3, 15].map((d, i) => d / [2.581989, 12.909944][i % 2]!),
    1e-5,
    'y',
  );
  assertClose(norm.loc.value.dataSync(), [-3, -25], 1e-6, 'loc');
  assertClose(norm.scale.value.dataSync(), [1 / 2.581989, 1 / 12.909944], 1e-6, 'scale');
  // Later batches leave them.
  assertClose(norm.forward(tf.tensor4d([3, 25], [1, 1, 1, 2])).dataSync(), [0, 0], 1e-6, 'y');
  assertClose(norm.loc.value.dataSync(), [-3, -25], 1e-6, 'loc');
});

test('evaluation sets nothing', () => {
  const norm = new ActNorm(2).initialize(streams).eval();
  assert.equal([...norm.forward(batch()).dataSync()], [...batch().dataSync()]);
  assert.is(norm.train().stateDict().get('initialized')?.data[0], 0);
});

test('loc and scale are published ready for NCHW', () => {
  const norm = new ActNorm(2).initialize(streams);
  const shapes = [...norm.stateDict()].map(([name, { shape }]) => [name, shape]);
  assert.equal(shapes, [
    ['loc', [1, 2, 1, 1]],
    ['scale', [1, 2, 1, 1]],
    ['initialized', []],
  ]);
  norm.forward(batch());
  const copy = new ActNorm(2);
  copy.loadStateDict(norm.stateDict());
  assert.equal([...copy.forward(batch()).dataSync()], [...norm.forward(batch()).dataSync()]);
});

test('reverse undoes forward; before the first batch it refuses, or sets the weights where it may', () => {
  const norm = new ActNorm(2).initialize(streams);
  assert.throws(() => norm.reverse(batch()), /call forward before reverse/);
  assertClose(norm.reverse(norm.forward(batch())).dataSync(), batch().dataSync(), 1e-6, 'x');
  const reversed = new ActNorm(2, { allowReverseInit: true }).initialize(streams);
  reversed.reverse(batch());
  assertClose(reversed.loc.value.dataSync(), [-3, -25], 1e-6, 'loc');
});

test('vectors are images of one pixel; the log-determinant counts the pixels', () => {
  const norm = new ActNorm(2).initialize(streams);
  const x = tf.reshape(batch(), [4, 2]);
  assert.equal(norm.forward(x).shape, [4, 2]);
  const perPixel = -Math.log(2.581989) - Math.log(12.909944);
  assertClose(norm.logDeterminant(x).dataSync(), [perPixel, perPixel, perPixel, perPixel], 1e-5, 'vectors');
  assertClose(norm.logDeterminant(batch()).dataSync(), [2 * perPixel, 2 * perPixel], 1e-5, 'images');
});

test.run();
