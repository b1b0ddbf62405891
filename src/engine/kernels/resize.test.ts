import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('resizing');

const resizings = { bilinear: tf.image.resizeBilinear, nearest: tf.image.resizeNearestNeighbor };

interface Case {
  readonly label: string;
  readonly run: (x: tf.Tensor) => tf.Tensor;
  readonly isHalfPixel: boolean;
}

/** Both resizings to a size, in every way to place the pixels. */
const casesOf = (size: [number, number]): Case[] =>
  Object.entries(resizings).flatMap(([name, resize]) =>
    [
      { label: '', alignCorners: false, isHalfPixel: false },
      { label: ', corners aligned', alignCorners: true, isHalfPixel: false },
      { label: ', half pixels', alignCorners: false, isHalfPixel: true },
    ].map(({ label, alignCorners, isHalfPixel }) => ({
      label: `${name} to ${size.join('x')}${label}`,
      run: (x) => resize(x as tf.Tensor4D, size, alignCorners, isHalfPixel),
      isHalfPixel,
    })),
  );

for (const size of [
  [8, 8],
  [7, 5],
  [4, 4],
  [9, 6],
  [2, 3],
  [1, 1],
  [1, 6],
] as [number, number][]) {
  for (const { label, run, isHalfPixel } of casesOf(size)) {
    test(label, () => assertNativeSameAsCpu(() => run(numbers([2, 4, 3, 2]))));
    // tfjs's CPU backend (4.22.0) leaves half pixels out of the gradients. It swaps height and width in the shape of the
    // bilinear one, and mixes up the images of a batch in the nearest one: a square, alone.
    if (isHalfPixel) continue;
    test(`gradient of ${label}`, () =>
      assertNativeSameAsCpu(() => tf.grad(run)(numbers([1, 4, 4, 3]), numbers([1, ...size, 3], 3))));
  }
}

test('int32 pictures', async () => {
  const picture = (): tf.Tensor4D => tf.tensor4d([0, 255, 128, 7, 9, 250], [1, 2, 3, 1], 'int32');
  await assertNativeSameAsCpu(() => tf.image.resizeBilinear(picture(), [3, 5]));
  await assertNativeSameAsCpu(() => tf.image.resizeNearestNeighbor(picture(), [3, 5]));
});

// tfjs's CPU backend (4.22.0) mixes up the images of a batch here, so each image alone is what to compare with.
test('gradient of nearest for a batch is that of each of its images', () => {
  const grad = tf.grad((x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 8]));
  tf.tidy(() => {
    const dy = [numbers([1, 6, 8, 2], 2), numbers([1, 6, 8, 2], 3)];
    const together = grad(tf.zeros([2, 3, 4, 2]), tf.concat(dy));
    const apart = tf.concat(dy.map((each) => grad(tf.zeros([1, 3, 4, 2]), each)));
    assert.equal(together.arraySync(), apart.arraySync());
  });
});

for (const size of [
  [7, 5],
  [2, 3],
] as [number, number][]) {
  for (const { label, run } of casesOf(size)) {
    // The gradient of a linear function f is its transposed: <f(x), dy> = <x, f'(dy)> for any x and dy.
    test(`gradient of ${label} of a batch is the transposed of what it does`, () => {
      tf.tidy(() => {
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

runSuites();
