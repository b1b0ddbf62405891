import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../../src/autodiff/index.js';
import { geglu, gelu, silu } from '../../../src/ops/index.js';
import { assertClose } from '../../support/compare.js';
import { onEveryEngine } from '../../support/engines.js';
import { assertGradients, assertSameAsComposed } from '../../support/gradients.js';

const composedSilu = (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x));
const composedGelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
const composedTanhGelu = (x: tf.Tensor) => {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
};

const activations: [name: string, f: (x: tf.Tensor) => tf.Tensor, composed: (x: tf.Tensor) => tf.Tensor][] = [
  ['SiLU', silu, composedSilu],
  ['GELU', gelu, composedGelu],
  ['GELU by tanh', (x) => gelu(x, { approximate: 'tanh' }), composedTanhGelu],
];

/** What each is, computed in float64, at these points. */
const at = [-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6];
const known: [name: string, f: (x: tf.Tensor) => tf.Tensor, values: number[]][] = [
  ['SiLU', silu, at.map((x) => x / (1 + Math.exp(-x)))],
  [
    'GELU',
    gelu,
    [
      -5.91952637e-9, -4.04969409e-3, -1.58655254e-1, -1.5426877e-1, 0, 3.4573123e-1, 8.41344746e-1, 2.99595031,
      5.99999999,
    ],
  ],
  [
    'GELU by tanh',
    (x) => gelu(x, { approximate: 'tanh' }),
    at.map((x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  ],
];

onEveryEngine('activations', (test, engine) => {
  for (const [name, f, composed] of activations) {
    test(`${name}: value and gradient of the composed form`, () => {
      for (const shape of [[1], [3, 5, 7], [2, 130, 129]]) {
        assertSameAsComposed(
          ([x]) => f(x as tf.Tensor),
          ([x]) => composed(x as tf.Tensor),
          [shape],
          { tolerance: 1e-6 },
        );
      }
    });

    test(`${name}: gradient against finite differences`, () => {
      assertGradients(([x]) => f(x as tf.Tensor), [[4, 9]]);
    });

    test(`${name} passes NaN on and does not overflow`, () => {
      const [low, high, nan] = f(tf.tensor1d([-1e4, 1e4, NaN])).dataSync();
      assert.ok(Math.abs(low ?? NaN) < 1e-30, String(low));
      assert.is(high, 1e4);
      assert.ok(Number.isNaN(nan));
      const x = tf.tensor1d([-1e4, 1e4]);
      const { grads } = valueAndGrads(() => tf.sum(f(x)), [x]);
      assertClose(grads[0]?.dataSync() ?? [], [0, 1], 1e-6, 'slopes');
    });
  }

  for (const [name, f, values] of known) {
    test(`${name} of known values`, () => {
      assertClose(f(tf.tensor1d(at)).dataSync(), values, 4e-7, name);
    });
  }

  if (engine === 'torch') {
    test('GELU keeps its precision where it is nearly zero', () => {
      // x Phi(x) in float64.
      const expected = new Map([
        [-4, -1.26684968e-4],
        [-6, -5.91952637e-9],
        [-8, -4.97680764e-15],
      ]);
      for (const [x, want] of expected) {
        const [found = NaN] = gelu(tf.scalar(x)).dataSync();
        assert.ok(Math.abs(found / want - 1) < 1e-5, `${found} for ${want}`);
      }
    });
  }

  test('GEGLU: value and gradient of the composed form', () => {
    const composed = ([x]: tf.Tensor[]) => {
      const [value, gate] = tf.split(x as tf.Tensor, 2, -1) as [tf.Tensor, tf.Tensor];
      return tf.mul(value, composedGelu(gate));
    };
    for (const shape of [[2], [3, 5, 14], [2, 33, 640]]) {
      assertSameAsComposed(([x]) => geglu(x as tf.Tensor), composed, [shape], { tolerance: 1e-6 });
    }
  });

  test('GEGLU: gradient against finite differences', () => {
    assertGradients(([x]) => geglu(x as tf.Tensor), [[3, 8]]);
  });

  test('GEGLU takes values first, then gates', () => {
    assertClose(geglu(tf.tensor2d([[2, 3, 100, -100]])).dataSync(), [200, 0], 1e-6, 'GEGLU');
    assert.throws(() => geglu(tf.ones([2, 3])), /geglu: expected an even last axis, values and then gates, found/);
  });
});
