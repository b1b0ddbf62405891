import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('layout, indexing and creation kernels');

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  reshape: () => tf.reshape(numbers([2, 3, 4]), [4, -1]),
  'reshape, then compute': () => tf.add(tf.reshape(numbers([2, 6]), [3, 4]), numbers([4], 2)),
  expandDims: () => tf.expandDims(numbers([2, 3]), -1),
  squeeze: () => tf.squeeze(numbers([1, 2, 1, 3])),
  clone: () => tf.clone(numbers([2, 3])),
  'transpose of two axes': () => tf.transpose(numbers([3, 4])),
  // Of a size that has a loop of its own.
  'transpose of a filter of PyTorch': () => tf.transpose(numbers([40, 200, 3, 3]), [2, 3, 1, 0]),
  'transpose of a large matrix': () => tf.transpose(numbers([17, 4099])),
  'transpose of five axes, the first to the end': () => tf.transpose(numbers([33, 3, 5, 7, 30]), [4, 2, 1, 3, 0]),
  'transpose of four axes': () => tf.transpose(numbers([2, 3, 4, 5]), [0, 3, 1, 2]),
  'transpose of int32': () => tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32')),
  concat: () => tf.concat([numbers([2, 3]), numbers([2, 1], 2), numbers([2, 2], 3)], 1),
  'concat with an empty tensor': () => tf.concat([numbers([2, 3]), tf.zeros([0, 3])], 0),
  'concat of bool': () => tf.concat([tf.tensor1d([true], 'bool'), tf.tensor1d([false], 'bool')]),
  stack: () => tf.stack([numbers([2, 3]), numbers([2, 3], 2)], -1),
  unstack: () => tf.unstack(numbers([3, 2, 4]), 1),
  split: () => tf.split(numbers([4, 6]), 3, 1),
  'split by sizes': () => tf.split(numbers([4, 6]), [1, 2, 3], -1),
  slice: () => tf.slice(numbers([3, 4, 5]), [1, 0, 2], [2, 3, -1]),
  'slice of everything': () => tf.slice(numbers([3, 4]), [0, 0]),
  'slice of nothing': () => tf.slice(numbers([3, 4]), [1, 0], [0, 2]),
  stridedSlice: () => tf.stridedSlice(numbers([5, 6]), [1, 0], [5, 6], [2, 3]),
  'stridedSlice backwards': () => [
    tf.stridedSlice(numbers([5, 6]), [4, 1], [0, 6], [-2, 3]),
    tf.stridedSlice(numbers([5, 6]), [0, 0], [0, 0], [-1, -2], 3, 3),
    tf.stridedSlice(numbers([5]), [1], [3], [-1]),
  ],
  'stridedSlice that drops and adds axes': () =>
    tf.stridedSlice(numbers([3, 4]), [1, 0, 0], [2, 0, 3], [1, 1, 1], 0, 0, 0, 2, 1),
  pad: () =>
    tf.pad(
      numbers([2, 3]),
      [
        [1, 0],
        [2, 1],
      ],
      0.5,
    ),
  'pad by nothing': () =>
    tf.pad(numbers([2, 3]), [
      [0, 0],
      [0, 0],
    ]),
  'pad of int32': () => tf.pad(tf.tensor1d([1, 2], 'int32'), [[1, 1]], 7),
  tile: () => tf.tile(numbers([2, 3]), [2, 3]),
  broadcastTo: () => tf.broadcastTo(numbers([1, 3]), [4, 3]),
  reverse: () => tf.reverse(numbers([2, 3, 4]), [0, 2]),
  gather: () => tf.gather(numbers([4, 3]), tf.tensor1d([3, 0, 0, 2], 'int32')),
  'gather along an axis by a matrix': () =>
    tf.gather(numbers([2, 4, 3]), tf.tensor2d([3, 0, 1, 2], [2, 2], 'int32'), 1),
  'gather in batches': () => tf.gather(numbers([2, 4, 3]), tf.tensor2d([3, 0, 1, 2], [2, 2], 'int32'), 1, 1),
  oneHot: () => tf.oneHot(tf.tensor1d([1, 3, -1, 0], 'int32'), 3, 2, -1),
  'oneHot of a matrix': () => tf.oneHot(tf.tensor2d([1, 0, 2, 1], [2, 2], 'int32'), 3),
  unsortedSegmentSum: () => tf.unsortedSegmentSum(numbers([4, 3]), tf.tensor1d([1, 0, 1, 5], 'int32'), 3),
  fill: () => [tf.fill([2, 3], 1.5), tf.fill([2], 3, 'int32'), tf.zeros([2], 'bool'), tf.ones([2])],
  'zerosLike and onesLike': () => [tf.zerosLike(numbers([2, 3])), tf.onesLike(tf.tensor1d([4, 5], 'int32'))],
  'cast to int32': () => tf.cast(tf.tensor1d([1.9, -1.9, NaN, Infinity, 3e9, -3e9, 1e30]), 'int32'),
  'cast to bool': () => tf.cast(tf.tensor1d([0, 0.5, -2, NaN]), 'bool'),
  'cast from bool': () => [
    tf.cast(tf.tensor1d([true, false], 'bool'), 'int32'),
    tf.cast(tf.tensor1d([true], 'bool'), 'float32'),
  ],
  'cast of int32 to float32': () => tf.cast(tf.tensor1d([1, -2], 'int32'), 'float32'),
};

for (const [name, program] of Object.entries(programs)) test(name, () => assertNativeSameAsCpu(program));

test('complex numbers', () =>
  assertNativeSameAsCpu(() => {
    const z = tf.complex(numbers([2, 2]), numbers([2, 2], 2));
    return [tf.real(z), tf.imag(z), tf.real(tf.reshape(z, [4]))];
  }));

const others: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  'stridedSlice backwards': () => tf.stridedSlice(numbers([5, 6]), [4, 5], [0, 0], [-2, -1]),
  'complex arithmetic': () => {
    const z = tf.complex(numbers([2, 2]), numbers([2, 2], 2));
    const sum = tf.mul(tf.add(z, z), z);
    return [tf.real(sum), tf.imag(sum)];
  },
  'concat of complex': () => {
    const z = tf.complex(numbers([2]), numbers([2], 2));
    return tf.imag(tf.concat([z, z]));
  },
  'fill of strings': () => tf.fill([2], 'a', 'string'),
  'range and linspace': () => [tf.range(0, 5, 2), tf.linspace(0, 1, 5)],
  mirrorPad: () =>
    tf.mirrorPad(
      numbers([3, 3]),
      [
        [1, 1],
        [1, 1],
      ],
      'reflect',
    ),
};

test('stridedSlice of a range that ends before it begins is empty', () =>
  assertNativeSameAsCpu(() => tf.stridedSlice(numbers([5, 6]), [4, 0], [1, 6], [2, 1])));

const padding = [NaN, 1.7, -1.7, 2 ** 31] as const;
for (const value of padding) {
  test(`pad of int32 with ${value}`, () =>
    assertNativeSameAsCpu(() => tf.pad(tf.tensor1d([5, 6], 'int32'), [[1, 2]], value)));
}

for (const [name, program] of Object.entries(others)) test(name, () => assertSameAsCpu(program));

test('an index out of range is an error that names it', () => {
  const run = (): tf.Tensor => tf.gather(numbers([4, 3]), tf.tensor1d([4], 'int32'));
  assert.throws(run, /^GatherV2: the index value 4 is not in \[0, 3\]$/);
});

test('a shape of another size is an error', () => {
  assert.throws(() => tf.reshape(numbers([2, 3]), [4, 2]), /Size\(6\) must match the product of shape 4,2/);
});

test('no output shares memory with an input but that of a reshape', () => {
  tf.tidy(() => {
    const x = tf.variable(numbers([2, 3]));
    const copies = [
      tf.slice(x, [0, 0]),
      tf.pad(x, [
        [0, 0],
        [0, 0],
      ]),
      tf.transpose(x, [0, 1]),
      tf.addN([x]),
      tf.tile(x, [1, 1]),
    ];
    const shadow = tf.zeros([2, 3]);
    tf.engine().runKernel('EmaInPlace', [x, shadow] as unknown as tf.NamedTensorMap, { count: 1, decay: 0 });
    assert.equal(Array.from(x.dataSync()), [0, 0, 0, 0, 0, 0]);
    for (const copy of copies) assert.ok(copy.dataSync().every((value) => value !== 0));
    x.dispose();
  });
});

runSuites();
