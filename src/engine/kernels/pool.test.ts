import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('2-d pooling');

for (const [name, pool] of [
  ['maxPool', tf.maxPool],
  ['avgPool', tf.avgPool],
] as const) {
  for (const [size, stride, pad] of [
    [2, 2, 'valid'],
    [3, 1, 'same'],
    [3, 2, 'valid'],
    [3, 2, 1],
  ] as const) {
    const run = (x: tf.Tensor): tf.Tensor => pool(x as tf.Tensor4D, size, stride, pad);
    test(`${name} ${size}, stride ${stride}, pad ${pad}`, () =>
      assertNativeSameAsCpu(() => run(numbers([2, 7, 7, 3]))));
    test(`gradient of ${name} ${size}, stride ${stride}, pad ${pad}`, () =>
      assertNativeSameAsCpu(() => tf.grad(run)(numbers([2, 7, 7, 3]), numbers(run(numbers([2, 7, 7, 3])).shape, 3))));
  }
}

test('avgPool with padding on one side is the CPU backend’s', () =>
  assertSameAsCpu(() => tf.avgPool(numbers([1, 6, 6, 2]) as tf.Tensor4D, 3, 2, 'same')));

test('avgPool with a window larger than the image is the CPU backend’s', () =>
  assertSameAsCpu(() => tf.avgPool(numbers([1, 1, 4, 3]) as tf.Tensor4D, 3, 2, 'valid')));

test('the gradient of avgPool that rounds up is the CPU backend’s', () =>
  assertSameAsCpu(() =>
    tf.grad((x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, 4, 2, 1, 'ceil'))(numbers([1, 5, 5, 1])),
  ));

const maxPoolings: [title: string, shape: number[], size: [number, number], stride: number, pad: 'same' | number][] = [
  ['with padding on one side', [1, 6, 6, 2], [3, 3], 2, 'same'],
  ['of windows that overlap, with more channels than one block', [2, 5, 7, 35], [3, 2], 1, 'same'],
  ['with windows of padding alone', [1, 4, 4, 3], [1, 1], 3, 1],
  ['of single pixels that keeps the shape, which tfjs takes for the image itself', [1, 2, 2, 3], [1, 1], 3, 1],
  ['of nothing', [0, 4, 4, 3], [2, 2], 2, 0],
];
for (const [title, shape, size, stride, pad] of maxPoolings) {
  const run = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, stride, pad);
  test(`maxPool ${title}`, () => assertNativeSameAsCpu(() => run(numbers(shape))));
  test(`gradient of maxPool ${title}`, () =>
    assertNativeSameAsCpu(() => tf.grad(run)(numbers(shape), numbers(run(numbers(shape)).shape, 3))));
}

test('maxPool: NaN is no maximum, and a window of NaN alone passes no gradient on', async () => {
  const x = (): tf.Tensor4D => tf.tensor4d([1, NaN, NaN, NaN, 5, NaN, NaN, NaN], [1, 2, 4, 1]);
  const run = (image: tf.Tensor): tf.Tensor => tf.maxPool(image as tf.Tensor4D, 2, 2, 'valid');
  await assertNativeSameAsCpu(() => run(x()));
  await assertNativeSameAsCpu(() => tf.grad(run)(x(), tf.ones([1, 1, 2, 1])));
});

test('maxPool: the gradient goes to the first of equal maxima', () =>
  assertNativeSameAsCpu(() =>
    tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 1, 'valid'))(
      tf.ones([1, 3, 3, 1]),
      numbers([1, 2, 2, 1]),
    ),
  ));

runSuites();
