import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('bilinear resizing');

const sizes: [number, number][] = [
  [8, 8],
  [7, 5],
  [4, 4],
  [2, 3],
  [1, 1],
  [1, 6],
];

for (const size of sizes) {
  for (const [alignCorners, halfPixelCenters] of [
    [false, false],
    [true, false],
    [false, true],
  ] as const) {
    const run = (x: tf.Tensor): tf.Tensor =>
      tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixelCenters);
    const label = `to ${size.join('x')}${alignCorners ? ', corners aligned' : ''}${halfPixelCenters ? ', half pixels' : ''}`;
    test(`bilinear ${label}`, () => assertNativeSameAsCpu(() => run(numbers([2, 4, 3, 2]))));
    // tfjs's CPU backend (4.22.0) swaps height and width in the shape of this gradient: square images only.
    const check = halfPixelCenters ? assertSameAsCpu : assertNativeSameAsCpu;
    test(`gradient of bilinear ${label}`, () =>
      check(() => tf.grad(run)(numbers([2, 4, 4, 3]), numbers([2, ...size, 3], 3))));
  }
}

test('gradient for an image that is not square: the transposed of what resizing does', () => {
  for (const alignCorners of [false, true]) {
    tf.tidy(() => {
      const run = (x: tf.Tensor): tf.Tensor => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 5], alignCorners);
      const [x, dy] = [numbers([2, 3, 4, 2]), numbers([2, 7, 5, 2], 2)];
      const [forward] = tf.sum(tf.mul(run(x), dy)).dataSync();
      const [backward] = tf.sum(tf.mul(tf.grad(run)(x, dy), x)).dataSync();
      assert.ok(Math.abs((forward ?? 0) - (backward ?? 1)) < 1e-4, `${forward} and ${backward}`);
    });
  }
});

runSuites();
