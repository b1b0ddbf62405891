import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { Generator } from '../../src/random/index.js';
import { assertClose } from './compare.js';

type Operation = (xs: tf.Tensor[]) => tf.Tensor;
type Shapes = readonly (readonly number[])[];

/**
 * Holds the gradients of `sum(weights * f(xs))` against central differences along random directions. Sums are taken in
 * float64 on the host, so that the float32 of the engine is the only rounding.
 */
export function assertGradients(f: Operation, shapes: Shapes): void {
  const generator = new Generator([1, 9]);
  const xs = shapes.map((shape) => generator.normal(shape));
  const probe = f(xs);
  const weights = generator.normal(probe.shape);
  const weighted = (y: tf.Tensor): number => {
    const w = weights.dataSync();
    const sum = y.dataSync<'float32'>().reduce((total, value, i) => total + value * (w[i] ?? 0), 0);
    y.dispose();
    return sum;
  };
  const { value, grads } = valueAndGrads(() => tf.sum(tf.mul(f(xs), weights)), xs);
  xs.forEach((x, i) => {
    const direction = generator.normal(x.shape);
    const moved = (step: number): number => {
      const at = xs.map((other, j) => (j === i ? tf.tidy(() => tf.add(x, tf.mul(direction, step))) : other));
      const result = weighted(tf.tidy(() => f(at)));
      at[i]?.dispose();
      return result;
    };
    const step = 1e-2;
    const expected = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
    const d = direction.dataSync();
    const found = (grads[i]?.dataSync<'float32'>() ?? new Float32Array()).reduce(
      (sum, g, j) => sum + g * (d[j] ?? 0),
      0,
    );
    assertClose([found], [expected], 5e-3, `gradient of input ${i}`);
    direction.dispose();
  });
  tf.dispose([probe, weights, value, ...xs, ...grads]);
}

/**
 * Holds an operation against the same of tfjs operations, which have gradients of their own: the value to `tolerance`
 * of the largest one, the gradient of every input to ten times that. Also that it leaves no tensor behind.
 */
export function assertSameAsComposed(
  f: Operation,
  composed: Operation,
  shapes: Shapes,
  { tolerance = 2e-5, offset = 0 }: { tolerance?: number; offset?: number } = {},
): void {
  const generator = new Generator([2, 7]);
  const xs = shapes.map((shape) => tf.tidy(() => tf.add(generator.normal(shape), offset)));
  const before = tf.memory().numTensors;
  const y = f(xs);
  assert.is(tf.memory().numTensors, before + 1, 'the operation leaves its output only');
  const dy = generator.normal(y.shape);
  const expected = tf.tidy(() => composed(xs));
  assert.equal(y.shape, expected.shape);
  assertClose(y.dataSync(), expected.dataSync(), tolerance, 'value');
  const gradients = (of: Operation) => valueAndGrads(() => tf.sum(tf.mul(of(xs), dy)), xs);
  const [found, reference] = [gradients(f), gradients(composed)];
  found.grads.forEach((gradient, i) => {
    assert.equal(gradient.shape, xs[i]?.shape);
    assertClose(gradient.dataSync(), reference.grads[i]?.dataSync() ?? [], 10 * tolerance, `gradient of input ${i}`);
  });
  tf.dispose([y, dy, expected, found.value, ...found.grads, reference.value, ...reference.grads]);
  assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  tf.dispose(xs);
}
