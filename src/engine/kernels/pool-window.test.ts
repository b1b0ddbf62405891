import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('pooling by windows');

type Explicit = [[0, 0], [number, number], [number, number], [0, 0]];
type Pool2D = (x: tf.Tensor4D, size: [number, number], stride: number, pad: 'same' | Explicit) => tf.Tensor;

const flat: [size: [number, number], stride: number, pad: 'same' | Explicit][] = [
  [[3, 3], 2, 'same'],
  [[2, 2], 1, 'same'],
  [[2, 3], 1, 'same'],
  [[5, 4], 3, 'same'],
  [
    [3, 3],
    1,
    [
      [0, 0],
      [0, 2],
      [1, 0],
      [0, 0],
    ],
  ],
  [
    [2, 3],
    2,
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  ],
];

for (const [name, pool] of [
  ['maxPool', tf.maxPool],
  ['avgPool', tf.avgPool],
] as [string, Pool2D][]) {
  for (const [size, stride, pad] of flat) {
    const title = `${name} ${size.join('x')}, stride ${stride}, pad ${JSON.stringify(pad)}`;
    const run = (x: tf.Tensor): tf.Tensor => pool(x as tf.Tensor4D, size, stride, pad);
    test(title, () => assertNativeSameAsCpu(() => run(numbers([2, 6, 8, 3]))));
    test(`gradient of ${title}`, () =>
      assertNativeSameAsCpu(() => tf.grad(run)(numbers([2, 6, 8, 3]), numbers(run(numbers([2, 6, 8, 3])).shape, 3))));
  }
}

type Triple = [number, number, number];
const deep: [size: Triple, stride: number | Triple, pad: 'same' | 'valid' | number, rounding?: 'floor'][] = [
  [[2, 2, 2], 2, 'valid'],
  [[2, 2, 2], 1, 'same'],
  [[3, 3, 3], 2, 'same'],
  [[3, 3, 3], 1, 1, 'floor'],
  [[2, 2, 2], [1, 2, 3], 'same'],
];

for (const [name, pool] of [
  ['maxPool3d', tf.maxPool3d],
  ['avgPool3d', tf.avgPool3d],
] as const) {
  for (const [size, stride, pad, rounding] of deep) {
    const run = (x: tf.Tensor): tf.Tensor => pool(x as tf.Tensor5D, size, stride, pad, rounding);
    const title = `${name} ${size.join('x')}, stride ${stride.toString()}, pad ${pad}`;
    test(title, () => assertNativeSameAsCpu(() => run(numbers([2, 4, 5, 6, 3]))));
    test(`gradient of ${title}`, () =>
      assertNativeSameAsCpu(() =>
        tf.grad(run)(numbers([2, 4, 5, 6, 3]), numbers(run(numbers([2, 4, 5, 6, 3])).shape, 3)),
      ));
  }
}

// tfjs's CPU backend (4.22.0) misplaces a 3-d maximum where the window is not a cube: a hand-made case instead.
test('gradient of maxPool3d whose window is not a cube', () => {
  tf.tidy(() => {
    const x = tf.tensor5d([1, 5, 2, 0, 3, 4], [1, 1, 2, 3, 1]);
    const dx = tf.grad((image: tf.Tensor) => tf.maxPool3d(image as tf.Tensor5D, [1, 1, 3], 1, 'valid'))(
      x,
      tf.tensor([7, 9], [1, 1, 2, 1, 1]),
    );
    assert.equal(Array.from(dx.dataSync()), [0, 7, 0, 0, 0, 9]);
  });
});

test('of equal maxima the first takes the gradient in 2-d pooling, the last in 3-d', async () => {
  await assertNativeSameAsCpu(() =>
    tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'))(tf.ones([1, 4, 4, 1]), numbers([1, 2, 2, 1])),
  );
  await assertNativeSameAsCpu(() =>
    tf.grad((x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid'))(tf.ones([1, 4, 4, 4, 1]), numbers([1, 2, 2, 2, 1])),
  );
});

test('a maximum passes over NaN', () =>
  assertNativeSameAsCpu(() =>
    tf.maxPool(tf.tensor4d([1, NaN, 3, NaN, NaN, 2, 4, NaN, NaN, NaN, NaN, NaN], [1, 4, 3, 1]), 2, 1, 'same'),
  ));

for (const withBatch of [false, true]) {
  for (const pad of ['same', 'valid'] as const) {
    test(`maxPoolWithArgmax, ${pad}${withBatch ? ', indices into the batch' : ''}`, () =>
      assertNativeSameAsCpu(() => {
        const { result, indexes } = tf.maxPoolWithArgmax(
          numbers([2, 6, 5, 3]) as tf.Tensor4D,
          [3, 2],
          2,
          pad,
          withBatch,
        ) as { result: tf.Tensor; indexes: tf.Tensor };
        return [result, indexes];
      }));
  }
}

runSuites();
