import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('scattering, counting and sorting kernels');

const ints = (values: number[], shape: number[] = [values.length]): tf.Tensor => tf.tensor(values, shape, 'int32');

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  'gatherND of values': () => tf.gatherND(numbers([3, 4]), ints([0, 1, 2, 3, 1, 1], [3, 2])),
  'gatherND of rows': () => tf.gatherND(numbers([3, 4, 2]), ints([2, 0, 2, 1], [2, 2, 1])),
  'gatherND of int32': () => tf.gatherND(ints([1, 2, 3, 4], [2, 2]), ints([1, 0, 0, 1], [2, 2])),
  'gatherND of bool': () => tf.gatherND(tf.tensor1d([true, false, true], 'bool'), ints([2, 1], [2, 1])),
  'scatterND adds up': () => tf.scatterND(ints([4, 1, 4, 7], [4, 1]), tf.tensor1d([9, 10, 11, 12]), [8]),
  'scatterND of rows': () => tf.scatterND(ints([0, 2, 0], [3, 1]), numbers([3, 2, 4]), [4, 2, 4]),
  'scatterND by pairs': () => tf.scatterND(ints([0, 1, 2, 0], [2, 2]), numbers([2, 3]), [3, 2, 3]),
  'scatterND of int32': () => tf.scatterND(ints([1, 1], [2, 1]), ints([5, 6]), [3]),
  'tensorScatterUpdate, the last one wins': () =>
    tf.tensorScatterUpdate(numbers([8]), ints([4, 3, 4, 7], [4, 1]), tf.tensor1d([9, 10, 11, 12])),
  'tensorScatterUpdate of rows': () =>
    tf.tensorScatterUpdate(numbers([4, 3]), ints([0, 2], [2, 1]), numbers([2, 3], 2)),
  'tensorScatterUpdate of int32': () => tf.tensorScatterUpdate(ints([1, 2, 3]), ints([1], [1, 1]), ints([9])),
  'sparseToDense of one value': () => tf.sparseToDense(ints([0, 2, 5]), tf.scalar(3), [7], tf.scalar(-1)),
  'sparseToDense by pairs': () =>
    tf.sparseToDense(ints([0, 1, 1, 0], [2, 2]), tf.tensor1d([5, 6]), [2, 2], tf.scalar(0.5)),
  'sparseToDense of int32': () => tf.sparseToDense(ints([1]), ints([4]), [3], tf.scalar(7, 'int32')),
  bincount: () => tf.bincount(ints([1, 3, 1, 9]) as tf.Tensor1D, ints([]) as tf.Tensor1D, 5),
  'bincount with weights': () => tf.bincount(ints([1, 3, 1, 0]) as tf.Tensor1D, numbers([4]) as tf.Tensor1D, 4),
  'denseBincount of rows': () =>
    tf.denseBincount(ints([1, 1, 2, 0, 5, 1], [2, 3]) as tf.Tensor2D, tf.tensor2d([], [0, 3]), 4),
  'denseBincount with weights': () =>
    tf.denseBincount(ints([1, 1, 2, 0], [2, 2]) as tf.Tensor2D, numbers([2, 2]) as tf.Tensor2D, 3),
  'denseBincount, binary': () =>
    tf.denseBincount(ints([1, 1, 2, 0], [2, 2]) as tf.Tensor2D, tf.tensor2d([], [0, 2], 'int32'), 3, true),
  topk: () => Object.values(tf.topk(numbers([3, 6]), 2)),
  'topk, ties in order of place': () => Object.values(tf.topk(tf.tensor1d([3, 1, 3, 7, 7, 1]), 5)),
  'topk of int32, all of them': () => Object.values(tf.topk(ints([5, -3, 9, 9], [2, 2]), 2)),
  'topk of three axes': () => Object.values(tf.topk(numbers([2, 3, 4]), 3)),
  'topk of one': () => Object.values(tf.topk(numbers([700]), 1)),
  'lowerBound and upperBound': () => {
    const rows = tf.tensor2d([0, 3, 3, 9, 10, 1, 2, 3, 4, 5], [2, 5]);
    const values = tf.tensor2d([3, 10, 11, -1, 0, 3, 3.5, 6], [2, 4]);
    return [tf.lowerBound(rows, values), tf.upperBound(rows, values)];
  },
  'searchSorted of int32': () => tf.searchSorted(ints([1, 2, 2, 4]), ints([2, 5, 0]), 'right'),
  unique: () => Object.values(tf.unique(tf.tensor1d([4, 1, 1, 2, 4, -0, 0, NaN, NaN]))),
  'unique rows': () => Object.values(tf.unique(ints([1, 0, 0, 1, 0, 0, 2, 0, 0], [3, 3]), 0)),
  'unique columns': () => Object.values(tf.unique(ints([1, 0, 0, 1, 0, 0, 2, 0, 0], [3, 3]), 1)),
  'unique along the middle axis': () =>
    Object.values(tf.unique(tf.tensor3d([1, 2, 1, 2, 3, 4, 5, 6, 5, 6, 7, 8], [2, 3, 2]), 1)),
};

for (const [name, program] of Object.entries(programs)) test(name, () => assertNativeSameAsCpu(program));

test('of nothing', async () => {
  await assertSameAsCpu(() => tf.gatherND(numbers([3, 4]), tf.zeros([0, 2], 'int32')));
  await assertSameAsCpu(() => tf.scatterND(tf.zeros([0, 1], 'int32'), tf.zeros([0, 2]), [3, 2]));
});

test('an index outside is an error that names it', () => {
  const outside: (() => tf.Tensor)[] = [
    () => tf.gatherND(numbers([3, 4]), ints([1, 0, 3, 1], [2, 2])),
    () => tf.scatterND(ints([1, 0, 3, 1], [2, 2]), numbers([2]), [3, 4]),
    () => tf.tensorScatterUpdate(numbers([3, 4]), ints([1, 0, 3, 1], [2, 2]), numbers([2])),
  ];
  for (const run of outside) assert.throws(() => tf.tidy(run), /Invalid indices: 3,1 does not index into/);
});

test('a negative value cannot be counted', () => {
  assert.throws(() => tf.bincount(ints([1, -1]) as tf.Tensor1D, tf.tensor1d([]), 3), /must be non-negative/);
});

runSuites();
