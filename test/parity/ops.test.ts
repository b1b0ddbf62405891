import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { groupNorm, silu, upsampleNearest } from '../../src/ops/index.js';
import { Generator } from '../../src/random/index.js';
import { assertClose } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';

/**
 * Holds the gradients of `sum(weights * f(xs))` against central differences along random directions. Sums are taken in
 * float64 on the host, so that the float32 of the engine is the only rounding.
 */
function assertGradients(f: (xs: tf.Tensor[]) => tf.Tensor, shapes: readonly (readonly number[])[]): void {
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

onEveryEngine('operations', (test) => {
  for (const activation of ['linear', 'silu'] as const) {
    test(`group norm, ${activation}: gradients against finite differences`, () => {
      const before = tf.memory().numTensors;
      assertGradients(
        ([x, gamma, beta]) => groupNorm(x!, gamma!, beta!, { numGroups: 2, activation }),
        [[2, 3, 3, 6], [6], [6]],
      );
      assert.is(tf.memory().numTensors, before);
    });
  }

  test('group norm of a known image', () => {
    const x = tf.tensor4d([1, 3, 5, 7, 2, 2, 2, 2], [2, 1, 2, 2]);
    const y = groupNorm(x, tf.tensor1d([2, 1]), tf.tensor1d([0, 1]), { numGroups: 1, epsilon: 0.2 });
    // Mean 4, variance 5; the second image is constant.
    const r = 1 / Math.sqrt(5.2);
    assertClose(y.dataSync(), [-6 * r, 1 - r, 2 * r, 1 + 3 * r, 0, 1, 0, 1], 1e-6, 'group norm');
  });

  test('SiLU and nearest up-sampling: gradients against finite differences, batches too', () => {
    const before = tf.memory().numTensors;
    assertGradients(([x]) => silu(x!), [[7]]);
    assertGradients(([x]) => upsampleNearest(x as tf.Tensor4D), [[2, 2, 3, 2]]);
    assert.is(tf.memory().numTensors, before);
  });
});
