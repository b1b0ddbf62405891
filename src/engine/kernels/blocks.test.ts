import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { loadAddon } from '../addon/index.js';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('blocks, mirrored edges and diagonals');

const toBatch = (x: tf.Tensor): tf.Tensor =>
  tf.spaceToBatchND(
    x,
    [2, 3],
    [
      [1, 1],
      [2, 0],
    ],
  );
const toSpace = (x: tf.Tensor): tf.Tensor =>
  tf.batchToSpaceND(
    x,
    [2, 3],
    [
      [1, 0],
      [0, 2],
    ],
  );
const mirrored =
  (mode: 'reflect' | 'symmetric') =>
  (x: tf.Tensor): tf.Tensor =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [0, 2],
        [2, 1],
      ],
      mode,
    );

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  spaceToBatchND: () => toBatch(numbers([2, 4, 4, 3])),
  'spaceToBatchND of one axis': () => tf.spaceToBatchND(numbers([2, 4, 3]), [2], [[0, 0]]),
  'gradient of spaceToBatchND': () => tf.grad(toBatch)(numbers([2, 4, 4, 3]), numbers([12, 3, 2, 3])),
  batchToSpaceND: () => toSpace(numbers([12, 3, 2, 2])),
  'batchToSpaceND of int32': () =>
    tf.batchToSpaceND(
      tf.tensor([1, 2, 3, 4], [4, 1, 1], 'int32'),
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
  'gradient of batchToSpaceND': () => tf.grad(toSpace)(numbers([12, 3, 2, 2]), numbers([2, 5, 4, 2])),
  'dilated pooling': () => tf.pool(numbers([1, 9, 9, 2]) as tf.Tensor4D, 3, 'max', 'same', [2, 2], 1),
  depthToSpace: () => tf.depthToSpace(numbers([2, 2, 3, 12]) as tf.Tensor4D, 2),
  'mirrorPad, reflect': () => mirrored('reflect')(numbers([2, 3, 4])),
  'mirrorPad, symmetric': () => mirrored('symmetric')(numbers([2, 3, 4])),
  'mirrorPad of int32': () => tf.mirrorPad(tf.tensor1d([1, 2, 3], 'int32'), [[2, 1]], 'reflect'),
  flipLeftRight: () => tf.image.flipLeftRight(numbers([2, 3, 4, 2]) as tf.Tensor4D),
  diag: () => tf.diag(numbers([3])),
  'diag of a matrix': () => tf.diag(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32')),
};

for (const [name, program] of Object.entries(programs)) test(name, () => assertNativeSameAsCpu(program));

test('what does not divide or reaches too far is an error', () => {
  const addon = loadAddon();
  const x = addon.fill([2, 3, 3], 0, 'float32');
  assert.throws(() => addon.spaceToBatch(x, [2], [0, 0]), /size 3 does not divide into blocks of 2/);
  assert.throws(() => addon.batchToSpace(x, [4], [0, 0]), /batch of 2 does not divide into blocks of 4/);
  assert.throws(() => addon.batchToSpace(x, [2], [4, 4]), /more is cut off than there is/);
  assert.throws(() => addon.mirrorPad(x, [0, 0, 0, 0, 3, 0], false), /an axis of 3 cannot be mirrored by 3 and 0/);
  addon.dispose(x);
});

runSuites();
