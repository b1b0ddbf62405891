import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { LayerNorm } from '../../../src/nn/index.js';
import { groupNorm, layerNorm } from '../../../src/ops/index.js';
import { Generator, RandomStreams } from '../../../src/random/index.js';
import { assertClose } from '../../support/compare.js';
import { onEveryEngine } from '../../support/engines.js';
import { assertGradients, assertSameAsComposed } from '../../support/gradients.js';

type Three = [tf.Tensor, tf.Tensor, tf.Tensor];
type Five = [...Three, scale: tf.Tensor, shift: tf.Tensor];

function composedLayerNorm([x, gamma, beta]: Three): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), gamma), beta);
}

function composedScaleShift([x, gamma, beta, scale, shift]: Five, numGroups: number, silu: boolean): tf.Tensor {
  const [batch = 0, ...rest] = x.shape;
  const channels = rest.pop() ?? 0;
  const grouped = tf.reshape(x, [batch, -1, numGroups, channels / numGroups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  const normalized = tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5))), x.shape);
  const perImage = (values: tf.Tensor) => tf.reshape(values, [batch, ...rest.map(() => 1), channels]);
  const affine = tf.add(tf.mul(normalized, gamma), beta);
  const y = tf.add(tf.mul(affine, tf.add(perImage(scale), 1)), perImage(shift));
  return silu ? tf.mul(y, tf.sigmoid(y)) : y;
}

onEveryEngine('layer norm', (test, engine) => {
  const layerNormOf = ([x, gamma, beta]: tf.Tensor[]) => layerNorm(...([x, gamma, beta] as Three));

  for (const leading of [[], [3], [2, 67], [2, 7, 11]]) {
    test(`[${[...leading, 40].join(', ')}]: value and gradients of the composed form`, () => {
      for (const offset of [0, 3]) {
        const shapes = [[...leading, 40], [40], [40]];
        assertSameAsComposed(layerNormOf, (xs) => composedLayerNorm(xs as Three), shapes, { offset });
      }
    });
  }

  test('gradients against finite differences', () => {
    assertGradients(layerNormOf, [[5, 6], [6], [6]]);
  });

  test('a known row', () => {
    const y = layerNorm(tf.tensor2d([[1, 3, 5, 7]]), tf.tensor1d([1, 2, 1, 1]), tf.tensor1d([0, 0, 1, 0]), {
      epsilon: 0.2,
    });
    // Mean 4, variance 5.
    const r = 1 / Math.sqrt(5.2);
    assertClose(y.dataSync(), [-3 * r, -2 * r, 1 + r, 3 * r], 1e-6, 'layer norm');
  });

  test('names the shapes it cannot take', () => {
    const message = /layerNorm: expected \[\.\.\., C\], \[C\] and \[C\], found \[2, 4\], \[4\], \[3\]/;
    assert.throws(() => layerNorm(tf.ones([2, 4]), tf.ones([4]), tf.ones([3])), message);
  });

  test('the module begins as the identity up to normalization, under PyTorch’s names', () => {
    const module = new LayerNorm(4).initialize(new RandomStreams(1));
    assert.equal([...module.stateDict().keys()], ['weight', 'bias']);
    const found = module.forward(tf.tensor2d([[1, 3, 5, 7]])).dataSync();
    const r = 1 / Math.sqrt(5 + 1e-5);
    assertClose(found, [-3 * r, -r, r, 3 * r], 1e-6, 'LayerNorm');
  });

  if (engine === 'torch') {
    test('a mean far from zero costs no precision', () => {
      const row = Float32Array.from({ length: 320 }, (_, i) => 1000 + Math.sin(12.9898 * (i + 1)));
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      const expected = Array.from(row, (value) => (value - mean) / Math.sqrt(variance + 1e-5));
      const found = layerNorm(tf.tensor2d(row, [1, 320]), tf.ones([320]), tf.zeros([320])).dataSync();
      // The mean itself is kept in float32, which is exact to 6e-5 near 1000.
      assertClose(found, expected, 5e-5, 'layer norm');
    });
  }
});

onEveryEngine('group norm with scale and shift', (test) => {
  const cases: [shape: number[], numGroups: number][] = [
    [[2, 3, 3, 6], 2],
    [[3, 5, 4], 4],
    [[2, 8], 2],
    [[2, 17, 16, 64], 32],
  ];
  for (const activation of ['linear', 'silu'] as const) {
    const f = (xs: tf.Tensor[], numGroups: number) => {
      const [x, gamma, beta, scale, shift] = xs as Five;
      return groupNorm(x, gamma, beta, { numGroups, activation, scaleShift: { scale, shift } });
    };
    for (const [shape, numGroups] of cases) {
      const [batch = 0, channels = 0] = [shape[0], shape.at(-1)];
      const shapes = [shape, [channels], [channels], [batch, channels], [batch, channels]];
      test(`[${shape.join(', ')}], ${activation}: value and gradients of the composed form`, () => {
        assertSameAsComposed(
          (xs) => f(xs, numGroups),
          (xs) => composedScaleShift(xs as Five, numGroups, activation === 'silu'),
          shapes,
        );
      });
    }
    test(`${activation}: gradients against finite differences`, () => {
      assertGradients((xs) => f(xs, 2), [[2, 3, 3, 6], [6], [6], [2, 6], [2, 6]]);
    });
  }

  test('a scale of zero and a shift of zero change nothing', () => {
    const x = new Generator([1, 2]).normal([2, 3, 3, 4]);
    const [gamma, beta] = [tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([4, 3, 2, 1])];
    const scaleShift = { scale: tf.zeros([2, 4]), shift: tf.zeros([2, 4]) };
    const y = groupNorm(x, gamma, beta, { numGroups: 2, scaleShift });
    assertClose(y.dataSync(), groupNorm(x, gamma, beta, { numGroups: 2 }).dataSync(), 1e-6, 'group norm');
  });

  test('names the shapes of scale and shift', () => {
    const scaleShift = { scale: tf.ones([2, 4]), shift: tf.ones([4]) };
    assert.throws(
      () => groupNorm(tf.ones([2, 3, 3, 4]), tf.ones([4]), tf.ones([4]), { numGroups: 2, scaleShift }),
      /groupNorm: expected a shift of the shape \[2, 4\], found \[4\]/,
    );
  });
});
