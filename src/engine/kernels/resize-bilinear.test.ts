import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

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
    // tfjs's CPU backend (4.22.0) swaps height and width in the shape of this gradient, and leaves half pixels out.
    if (halfPixelCenters) continue;
    test(`gradient of bilinear ${label}`, () =>
      assertNativeSameAsCpu(() => tf.grad(run)(numbers([2, 4, 4, 3]), numbers([2, ...size, 3], 3))));
  }
}

test('int32 pictures', async () => {
  const picture = (): tf.Tensor4D => tf.tensor4d([0, 255, 128, 7, 9, 250], [1, 2, 3, 1], 'int32');
  await assertNativeSameAsCpu(() => tf.image.resizeBilinear(picture(), [3, 5]));
  await assertNativeSameAsCpu(() => tf.image.resizeNearestNeighbor(picture(), [3, 5]));
});

const resizings = { bilinear: tf.image.resizeBilinear, nearest: tf.image.resizeNearestNeighbor };

for (const [name, resize] of Object.entries(resizings)) {
  for (const [alignCorners, halfPixelCenters] of [
    [false, false],
    [true, false],
    [false, true],
  ] as const) {
    for (const size of [
      [7, 5],
      [2, 3],
    ] as [number, number][]) {
      const label = `to ${size.join('x')}${alignCorners ? ', corners aligned' : ''}${halfPixelCenters ? ', half pixels' : ''}`;
      // The gradient of a linear function f is its transposed: <f(x), dy> = <x, f'(dy)> for any x and dy.
      test(`gradient of ${name} of a batch ${label} is the transposed of what it does`, () => {
        tf.tidy(() => {
          const run = (x: tf.Tensor): tf.Tensor => resize(x as tf.Tensor4D, size, alignCorners, halfPixelCenters);
          for (const seed of [1, 2, 3]) {
            const [x, dy] = [numbers([2, 3, 4, 2], seed), numbers([2, ...size, 2], seed + 4)];
            const [forward = NaN] = tf.sum(tf.mul(run(x), dy)).dataSync();
            const [backward = NaN] = tf.sum(tf.mul(tf.grad(run)(x, dy), x)).dataSync();
            assert.ok(Math.abs(forward - backward) < 1e-4, `${forward} and ${backward}`);
          }
        });
      });
    }
  }
}

runSuites();
