import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('batch and local response normalization');

const positive = (shape: number[], seed: number): tf.Tensor => tf.add(tf.square(numbers(shape, seed)), 0.1);
const normalize = (
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  offset?: tf.Tensor,
  scale?: tf.Tensor,
): tf.Tensor => tf.batchNorm(x, mean, variance, offset, scale, 1e-3);

test('batchNorm by channel', () =>
  assertNativeSameAsCpu(() =>
    normalize(numbers([2, 3, 4, 5]), numbers([5], 2), positive([5], 3), numbers([5], 4), numbers([5], 5)),
  ));

test('batchNorm without offset and scale', () =>
  assertNativeSameAsCpu(() => normalize(numbers([4, 5]), numbers([5], 2), positive([5], 3))));

test('batchNorm by value', () =>
  assertNativeSameAsCpu(() =>
    normalize(numbers([4, 5]), numbers([4, 5], 2), positive([4, 5], 3), numbers([4, 5], 4), numbers([4, 5], 5)),
  ));

test('gradients of batchNorm', () =>
  assertNativeSameAsCpu(
    () =>
      tf.grads(normalize)(
        [numbers([2, 3, 3, 4]), numbers([4], 2), positive([4], 3), numbers([4], 4), numbers([4], 5)],
        numbers([2, 3, 3, 4], 6),
      ),
    { tolerance: 1e-4 },
  ));

test('statistics that repeat but do not broadcast are the CPU backend’s', () =>
  assertSameAsCpu(() =>
    tf
      .engine()
      .runKernel<tf.Tensor>(
        tf.FusedBatchNorm,
        { x: numbers([2, 2, 3]), mean: numbers([2, 1, 1], 2), variance: positive([2, 1, 1], 3) },
        { varianceEpsilon: 1e-3 },
      ),
  ));

for (const radius of [0, 1, 5]) {
  for (const [bias, alpha, beta] of [
    [1, 1, 0.5],
    [2, 0.3, 0.75],
  ] as const) {
    const label = `radius ${radius}, bias ${bias}, alpha ${alpha}, beta ${beta}`;
    const run = (x: tf.Tensor): tf.Tensor => tf.localResponseNormalization(x as tf.Tensor4D, radius, bias, alpha, beta);
    test(`LRN, ${label}`, () => assertNativeSameAsCpu(() => run(numbers([2, 2, 3, 7]))));
    test(`gradient of LRN, ${label}`, () =>
      assertNativeSameAsCpu(() => tf.grad(run)(numbers([2, 2, 3, 7]), numbers([2, 2, 3, 7], 2))));
  }
}

runSuites();
