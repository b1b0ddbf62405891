import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('sequences, products along an axis, einsum');

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  'range of float32': () => tf.range(0, 2, 0.1),
  'range downwards': () => [tf.range(5, 0), tf.range(5, 0, -2), tf.range(3, -3, -0.7)],
  'range of int32': () => [tf.range(0, 10, 3, 'int32'), tf.range(-5, 5, 1, 'int32')],
  'range of nothing': () => [tf.range(2, 2), tf.range(0, 3, -1), tf.range(3, 0, 2)],
  linspace: () => [tf.linspace(0, 1, 11), tf.linspace(3, -2, 7), tf.linspace(4, 5, 1)],
  'cumprod of int32': () => tf.cumprod(tf.tensor1d([1, 2, 3, 4], 'int32')),
  'product of int32': () => tf.prod(tf.tensor2d([1, -2, 3, 4], [2, 2], 'int32'), 1),
  bitwiseAnd: () => tf.bitwiseAnd(tf.tensor1d([5, -1, 12], 'int32'), tf.tensor1d([3, 255, -8], 'int32')),
};

for (const [name, program] of Object.entries(programs)) test(name, () => assertNativeSameAsCpu(program));

for (const axis of [0, 1, 2]) {
  for (const exclusive of [false, true]) {
    for (const reverse of [false, true]) {
      test(`cumprod along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`, () =>
        assertNativeSameAsCpu(() => tf.cumprod(numbers([2, 3, 4]), axis, exclusive, reverse)));
    }
  }
}

const equations: [equation: string, ...shapes: number[][]][] = [
  ['ij,jk->ik', [2, 3], [3, 4]],
  ['ij,jk->ki', [2, 3], [3, 4]],
  ['bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]],
  ['ij->ji', [2, 3]],
  ['ij->', [2, 3]],
  ['i,i->', [4], [4]],
  ['i,j->ij', [2], [3]],
  ['ijk->j', [2, 3, 4]],
];

for (const [equation, ...shapes] of equations) {
  test(`einsum ${equation}`, () =>
    assertNativeSameAsCpu(() => tf.einsum(equation, ...shapes.map((shape, i) => numbers(shape, i + 1)))));
}

// tfjs's CPU backend (4.22.0) fails on a negative axis and leaves a factor out that has none of the summed axes.
test('cumprod along the last axis, and einsum whose factor has no summed axis', () => {
  tf.tidy(() => {
    const x = numbers([2, 3]);
    assert.equal(tf.cumprod(x, -1).arraySync(), tf.cumprod(x, 1).arraySync());
    const scaled = tf.einsum('bi,b->b', x, numbers([2], 2)).dataSync();
    const expected = tf.mul(tf.sum(x, 1), numbers([2], 2)).dataSync();
    scaled.forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] ?? NaN)) < 1e-5);
    });
  });
});

test('einsum of sizes that differ is an error', () => {
  assert.throws(() => tf.tidy(() => tf.einsum('ij,jk->ik', numbers([2, 1]), numbers([3, 4]))), /dimension/);
});

runSuites();
