import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('matrix products');

type Case = [a: number[], b: number[], transposeA?: boolean, transposeB?: boolean];
const cases: Case[] = [
  [
    [3, 4],
    [4, 5],
  ],
  [[4, 3], [4, 5], true],
  [[3, 4], [5, 4], false, true],
  [[4, 3], [5, 4], true, true],
  // Tall enough to be computed as a convolution.
  [[1100, 20], [20, 30], false, false],
  [[2, 1100, 20], [1, 30, 20], false, true],
  // Large enough for tiles: panels, depths and rows that do not fill the last one.
  [[90, 72], [72, 80], false, false],
  [[1, 72, 90], [1, 80, 72], true, true],
  [[33, 1032], [16, 1032], false, true],
  [[1, 1032, 67], [1032, 144], true, false],
  [[3, 50, 64], [64, 144], false, false],
  // Few rows of it.
  [[9, 272], [272, 176], false, false],
  [[2, 4, 272], [176, 272], false, true],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [[2, 4, 3], [4, 5], true],
  [[2, 3, 4], [1, 5, 4], false, true],
  [
    [1, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 3, 4],
    [2, 3, 4, 2],
  ],
  [
    [1, 4],
    [4, 1],
  ],
  [
    [0, 4],
    [4, 5],
  ],
  [
    [70, 130],
    [130, 90],
  ],
];

for (const [a, b, transposeA = false, transposeB = false] of cases) {
  const title = `[${a.join()}]${transposeA ? 'ᵀ' : ''} [${b.join()}]${transposeB ? 'ᵀ' : ''}`;
  test(title, () =>
    assertNativeSameAsCpu(() => tf.matMul(numbers(a), numbers(b, 2), transposeA, transposeB), { tolerance: 2e-5 }),
  );
  test(`${title}, with bias and relu`, () =>
    assertNativeSameAsCpu(
      () => {
        const columns = (transposeB ? b[b.length - 2] : b[b.length - 1]) ?? 0;
        const bias = numbers([columns], 3);
        return tf.fused.matMul({ a: numbers(a), b: numbers(b, 2), transposeA, transposeB, bias, activation: 'relu' });
      },
      { tolerance: 2e-5 },
    ));
}

for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
  test(`fused ${activation}`, () =>
    assertNativeSameAsCpu(() =>
      tf.fused.matMul({
        a: numbers([3, 4]),
        b: numbers([4, 5], 2),
        activation,
        leakyreluAlpha: 0.3,
        ...(activation === 'prelu' ? { preluActivationWeights: numbers([5], 4) } : {}),
      }),
    ));
}

test('a bias of every value', () =>
  assertNativeSameAsCpu(() =>
    tf.fused.matMul({ a: numbers([3, 4]), b: numbers([4, 5], 2), bias: numbers([3, 5], 3) }),
  ));

test('int32 is the CPU backend’s', () =>
  assertSameAsCpu(() => tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), tf.eye(2, 2, undefined, 'int32'))));

test('inner sizes that differ are an error that names the shapes', () => {
  assert.throws(() => tf.matMul(numbers([2, 3]), numbers([4, 5])), /inner shapes \(3\) and \(4\).*2,3 and 4,5/);
});

runSuites();
