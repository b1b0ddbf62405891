import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('elementwise kernels');

const unary: [name: string, run: (x: tf.Tensor) => tf.Tensor, inputs?: number[]][] = [
  ['abs', tf.abs],
  ['acos', tf.acos, [-1, -0.5, 0, 0.25, 1, 1.5]],
  ['acosh', tf.acosh, [1, 1.5, 3, 0.5]],
  ['asin', tf.asin, [-1, -0.5, 0, 0.25, 1, 1.5]],
  ['asinh', tf.asinh],
  ['atan', tf.atan],
  ['atanh', tf.atanh, [-0.9, 0, 0.5]],
  ['ceil', tf.ceil],
  ['cos', tf.cos],
  ['cosh', tf.cosh],
  ['elu', tf.elu],
  ['erf', tf.erf],
  ['exp', tf.exp],
  ['expm1', tf.expm1],
  ['floor', tf.floor],
  ['isFinite', tf.isFinite, [0, NaN, Infinity, -Infinity]],
  ['isInf', tf.isInf, [0, NaN, Infinity, -Infinity]],
  ['isNaN', tf.isNaN, [0, NaN, Infinity, -Infinity]],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
  ['log', tf.log, [0.1, 1, 20, 0, -1]],
  ['log1p', tf.log1p, [0.1, 1, 20, 0]],
  ['neg', tf.neg],
  ['reciprocal', tf.reciprocal, [2, -4, 0]],
  ['relu', tf.relu, [-1, 0, 2, NaN]],
  ['relu6', tf.relu6, [-1, 0, 2, 7]],
  ['round, halves to even', tf.round, [0.5, 1.5, 2.5, -0.5, -1.5, 1.4]],
  ['rsqrt', tf.rsqrt, [1, 4, 0.25]],
  ['selu', tf.selu],
  ['sigmoid', tf.sigmoid],
  ['sign', tf.sign, [-2, 0, 3, NaN]],
  ['sin', tf.sin],
  ['sinh', tf.sinh],
  ['softplus', tf.softplus, [-30, -1, 0, 1, 30]],
  ['sqrt', tf.sqrt, [0, 4, 2, -1]],
  ['square', tf.square],
  ['step', (x) => tf.step(x, 0.5), [-1, 0, 2, NaN]],
  ['tan', tf.tan],
  ['tanh', tf.tanh],
  ['clipByValue', (x) => tf.clipByValue(x, -0.5, 0.75), [-1, 0, 1, NaN]],
];

for (const [name, run, inputs] of unary) {
  test(`${name} of float32`, () =>
    assertNativeSameAsCpu(() => run(inputs ? tf.tensor1d(inputs) : numbers([2, 3, 5])), { tolerance: 2e-6 }));
}

for (const name of ['abs', 'neg', 'square'] as const) {
  test(`${name} of int32`, () => assertNativeSameAsCpu(() => tf[name](tf.tensor1d([-3, 0, 7], 'int32'))));
}

for (const name of ['exp', 'relu', 'sign'] as const) {
  test(`${name} of int32 rounds as the CPU backend does`, () =>
    assertSameAsCpu(() => tf[name](tf.tensor1d([0, 2, 7], 'int32'))));
}

const binary: [name: string, run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor][] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['div', tf.div],
  ['floorDiv', tf.floorDiv],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['mod', tf.mod],
  ['squaredDifference', tf.squaredDifference],
  ['equal', tf.equal],
  ['notEqual', tf.notEqual],
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
];

const shapes: [number[], number[]][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3, 4], [4]],
  [[], [3, 2]],
  [
    [4, 1, 3],
    [2, 1],
  ],
  [
    [1, 5],
    [4, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
];

for (const [name, run] of [...binary, ['atan2', tf.atan2] as (typeof binary)[number]]) {
  for (const [a, b] of shapes) {
    test(`${name} of float32 [${a.join()}] and [${b.join()}]`, () =>
      assertNativeSameAsCpu(() => run(numbers(a), numbers(b, 2))));
  }
}

test('pow of float32', () => assertNativeSameAsCpu(() => tf.pow(tf.abs(numbers([3, 4])), numbers([4], 2))));

const integers = (): [tf.Tensor, tf.Tensor] => [
  tf.tensor1d([7, -7, 7, -7, 0, 46341], 'int32'),
  tf.tensor1d([2, 2, -2, -2, 5, -46341], 'int32'),
];

for (const [name, run] of binary) {
  test(`${name} of int32`, () => assertSameAsCpu(() => run(...integers())));
}

test('int32 wraps around', async () => {
  const large = (): tf.Tensor => tf.tensor1d([2147483647, -2147483648, 1 << 20], 'int32');
  await assertNativeSameAsCpu(() => tf.add(large(), tf.scalar(5, 'int32')));
  await assertNativeSameAsCpu(() => tf.mul(large(), tf.scalar(8193, 'int32')));
});

test('int32 divided by zero is 0', () =>
  assertNativeSameAsCpu(() => tf.floorDiv(tf.tensor1d([5, 0, -3], 'int32'), tf.tensor1d([0, 0, 0], 'int32'))));

test('pow of int32 is the CPU backend’s', () =>
  assertSameAsCpu(() => tf.pow(tf.tensor1d([2, 3], 'int32'), tf.tensor1d([3, 2], 'int32'))));

test('mixed dtypes are upcast', () =>
  assertNativeSameAsCpu(() => tf.mul(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([0.5, 0.25]))));

test('NaN in maximum, minimum and comparisons', async () => {
  const pair = (): [tf.Tensor, tf.Tensor] => [tf.tensor1d([NaN, 1, NaN]), tf.tensor1d([1, NaN, NaN])];
  for (const run of [tf.maximum, tf.minimum, tf.equal, tf.notEqual, tf.greater]) {
    await assertNativeSameAsCpu(() => run(...pair()));
  }
});

test('logical operations', async () => {
  const a = (): tf.Tensor => tf.tensor2d([true, false, true, false], [2, 2], 'bool');
  const b = (): tf.Tensor => tf.tensor1d([true, false], 'bool');
  await assertNativeSameAsCpu(() => tf.logicalAnd(a(), b()));
  await assertNativeSameAsCpu(() => tf.logicalOr(a(), b()));
  await assertNativeSameAsCpu(() => tf.logicalXor(a(), b()));
  await assertNativeSameAsCpu(() => tf.logicalNot(a()));
});

test('addN', () => assertNativeSameAsCpu(() => tf.addN([numbers([2, 3]), numbers([2, 3], 2), numbers([2, 3], 3)])));

test('addN of one tensor does not share its memory', () => assertNativeSameAsCpu(() => tf.addN([numbers([2, 3])])));

test('prelu broadcasts its slopes', () => assertNativeSameAsCpu(() => tf.prelu(numbers([2, 3, 4]), numbers([4], 3))));

test('where, by value and by row', async () => {
  const condition = (): tf.Tensor => tf.tensor1d([true, false], 'bool');
  await assertNativeSameAsCpu(() => tf.where(tf.greater(numbers([2, 3]), 0), numbers([2, 3], 2), numbers([2, 3], 3)));
  await assertNativeSameAsCpu(() => tf.where(condition(), tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')));
  await assertNativeSameAsCpu(() => tf.where(tf.scalar(true, 'bool'), numbers([2, 3]), numbers([3], 2)));
});

runSuites();
