import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('reductions');

const reductions = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod };
const axes: (number | number[] | undefined)[] = [undefined, 0, 1, -1, [0, 2], [1, 2], []];

for (const [name, run] of Object.entries(reductions)) {
  for (const axis of axes) {
    for (const keepDims of [false, true]) {
      test(`${name} over ${JSON.stringify(axis ?? 'all')}${keepDims ? ', axes kept' : ''}`, () =>
        assertNativeSameAsCpu(() => run(numbers([2, 3, 4]), axis, keepDims)));
    }
  }
}

test('a kept axis can be used further on', () =>
  assertNativeSameAsCpu(() => tf.sub(numbers([2, 3, 4]), tf.mean(numbers([2, 3, 4]), [1], true))));

test('sums of int32 and bool', async () => {
  await assertNativeSameAsCpu(() => tf.sum(tf.tensor2d([1, 2, 3, 2147483647], [2, 2], 'int32'), 0));
  await assertNativeSameAsCpu(() => tf.sum(tf.tensor1d([true, false, true], 'bool')));
  await assertNativeSameAsCpu(() => tf.mean(tf.tensor1d([1, 2, 4], 'int32')));
  await assertNativeSameAsCpu(() => tf.max(tf.tensor1d([1, -2, 4], 'int32')));
  await assertSameAsCpu(() => tf.prod(tf.tensor1d([1, -2, 4], 'int32')));
});

test('NaN in extremes', async () => {
  await assertNativeSameAsCpu(() => tf.max(tf.tensor2d([1, NaN, 3, 4], [2, 2]), 1));
  await assertNativeSameAsCpu(() => tf.min(tf.tensor2d([1, NaN, 3, 4], [2, 2]), 1));
});

test('reductions of nothing', async () => {
  for (const run of [tf.sum, tf.mean, tf.max, tf.min]) await assertSameAsCpu(() => run(tf.zeros([0, 3]), 0));
});

test('all and any', async () => {
  const x = (): tf.Tensor => tf.tensor2d([true, false, true, true], [2, 2], 'bool');
  for (const axis of [undefined, 0, 1]) {
    await assertNativeSameAsCpu(() => tf.all(x(), axis));
    await assertNativeSameAsCpu(() => tf.any(x(), axis));
  }
});

test('argMax and argMin: the first of equals, NaN never wins', async () => {
  const x = (): tf.Tensor => tf.tensor2d([3, 7, 7, NaN, 1, 2, -5, -5, 0, NaN, 9, 9], [3, 4]);
  for (const axis of [0, 1, -1]) {
    await assertNativeSameAsCpu(() => tf.argMax(x(), axis));
    await assertNativeSameAsCpu(() => tf.argMin(x(), axis));
  }
  await assertNativeSameAsCpu(() => tf.argMax(tf.tensor1d([3, 9, 9], 'int32')));
});

test('cumsum', async () => {
  for (const axis of [0, 1, 2]) {
    for (const exclusive of [false, true]) {
      for (const reverse of [false, true]) {
        await assertNativeSameAsCpu(() => tf.cumsum(numbers([2, 3, 4]), axis, exclusive, reverse));
      }
    }
  }
  await assertNativeSameAsCpu(() => tf.cumsum(tf.tensor1d([1, 2, 3], 'int32')));
});

test('softmax', async () => {
  await assertNativeSameAsCpu(() => tf.softmax(numbers([2, 3, 5])));
  await assertNativeSameAsCpu(() => tf.softmax(tf.tensor1d([1000, 1000, -1000])));
  await assertNativeSameAsCpu(() => tf.logSoftmax(numbers([2, 5])));
});

runSuites();
