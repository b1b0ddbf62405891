import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { groupNorm, silu, upsampleNearest } from '../../src/ops/index.js';
import { assertClose } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { assertGradients } from '../support/gradients.js';

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
