import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('2-d pooling');

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
interface Case {
  readonly title?: string;
  readonly x?: number[];
  readonly size: number | [number, number];
  readonly stride: number | [number, number];
  readonly pad: Pad;
}

const unpaired: Pad = [
  [0, 0],
  [0, 2],
  [1, 0],
  [0, 0],
];
const cases: Case[] = [
  { size: 2, stride: 2, pad: 'valid' },
  { size: 3, stride: 1, pad: 'same' },
  { size: 3, stride: 2, pad: 'valid' },
  { size: 3, stride: 2, pad: 1 },
  { title: 'padding on one side', x: [1, 6, 6, 2], size: 3, stride: 2, pad: 'same' },
  { title: 'padding of its own for each side', x: [2, 5, 6, 3], size: [3, 2], stride: [2, 1], pad: unpaired },
  { title: 'more channels than one block', x: [2, 5, 7, 131], size: [3, 2], stride: 1, pad: 'same' },
  { title: 'windows of padding alone', x: [1, 4, 4, 3], size: 1, stride: 3, pad: 1 },
  { title: 'single pixels that keep the shape', x: [1, 2, 2, 3], size: 1, stride: 3, pad: 1 },
  { title: 'a window larger than the image', x: [1, 1, 4, 3], size: 3, stride: 2, pad: 'valid' },
  { title: 'no image', x: [0, 4, 4, 3], size: 2, stride: 2, pad: 0 },
];

for (const [name, pool] of [
  ['maxPool', tf.maxPool],
  ['avgPool', tf.avgPool],
] as const) {
  for (const { title, x: shape = [2, 7, 7, 3], size, stride, pad } of cases) {
    const run = (x: tf.Tensor): tf.Tensor => pool(x as tf.Tensor4D, size, stride, pad);
    const what = title ?? `${size.toString()}, stride ${stride.toString()}, pad ${pad.toString()}`;
    test(`${name}: ${what}`, () => assertNativeSameAsCpu(() => run(numbers(shape))));
    test(`gradient of ${name}: ${what}`, () =>
      assertNativeSameAsCpu(() => tf.grad(run)(numbers(shape), numbers(run(numbers(shape)).shape, 3))));
  }
}

test('maxPool: NaN is no maximum, and a window of NaN alone passes no gradient on', async () => {
  const x = (): tf.Tensor4D => tf.tensor4d([1, NaN, NaN, NaN, 5, NaN, NaN, NaN], [1, 2, 4, 1]);
  const run = (image: tf.Tensor): tf.Tensor => tf.maxPool(image as tf.Tensor4D, 2, 2, 'valid');
  await assertNativeSameAsCpu(() => run(x()));
  await assertNativeSameAsCpu(() => tf.grad(run)(x(), tf.ones([1, 1, 2, 1])));
});

test('avgPool: a NaN makes its windows NaN', () =>
  assertNativeSameAsCpu(() => tf.avgPool(tf.tensor4d([1, NaN, 3, 4], [1, 1, 4, 1]), [1, 2], 1, 'same')));

test('maxPool: the gradient goes to the first of equal maxima', () =>
  assertNativeSameAsCpu(() =>
    tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 1, 'valid'))(
      tf.ones([1, 3, 3, 1]),
      numbers([1, 2, 2, 1]),
    ),
  ));

test('a window that rounding up adds passes its gradient on', () => {
  tf.tidy(() => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 1, 4, 1]);
    const dy = tf.tensor4d([10, 20], [1, 1, 2, 1]);
    const none: Pad = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ];
    const gradient = (pool: typeof tf.maxPool): number[] => {
      const run = (image: tf.Tensor): tf.Tensor => pool(image as tf.Tensor4D, [1, 3], [1, 2], none, 'ceil');
      return Array.from(tf.grad(run)(x, dy).dataSync());
    };
    assert.equal(gradient(tf.maxPool), [0, 0, 10, 20]);
    assert.equal(
      gradient(tf.avgPool).map((value) => Math.round(value * 3)),
      [10, 10, 30, 20],
    );
  });
});

runSuites();
