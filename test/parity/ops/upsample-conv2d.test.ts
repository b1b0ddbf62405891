import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { upsampleConv2d } from '../../../src/ops/index.js';
import { onEveryEngine } from '../../support/engines.js';
import { assertGradients, assertSameAsComposed } from '../../support/gradients.js';

type Inputs = [x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D];

/** Every row and column twice, then the convolution: tfjs's own resizing has no right gradient on the CPU. */
function composed([x, filter, bias]: Inputs): tf.Tensor {
  const twice = (size: number) => tf.tensor1d(Int32Array.from({ length: 2 * size }, (_, i) => i >> 1));
  const doubled = tf.gather(tf.gather(x, twice(x.shape[1]), 1), twice(x.shape[2]), 2);
  return tf.add(tf.conv2d(doubled, filter, 1, 1), bias);
}

const f = (xs: tf.Tensor[]) => upsampleConv2d(...(xs as Inputs));

onEveryEngine('nearest up-sampling with convolution', (test) => {
  for (const [shape, outputs] of [
    [[1, 1, 1, 1], 1],
    [[2, 3, 5, 4], 3],
    [[3, 4, 2, 17], 33],
    [[1, 1, 1, 16], 16],
    [[1, 8, 8, 32], 16],
    [[3, 5, 9, 80], 48],
  ] as const) {
    test(`[${shape.join(', ')}] to ${outputs} channels: value and gradients of both in turn`, () => {
      const shapes = [shape, [3, 3, shape[3], outputs], [outputs]];
      assertSameAsComposed(f, (xs) => composed(xs as Inputs), shapes);
    });
  }

  test('gradients against finite differences', () => {
    assertGradients(f, [[2, 2, 3, 2], [3, 3, 2, 3], [3]]);
  });

  test('a pixel spreads over the 4x4 pixels whose window sees it', () => {
    const x = tf.tensor4d([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 3, 3, 1]);
    const y = upsampleConv2d(x, tf.ones([3, 3, 1, 1]), tf.tensor1d([0]));
    const row = (k: number) => [0, 1, 2, 2, 1, 0].map((taps) => taps * k);
    assert.equal([...y.dataSync()], [row(0), row(1), row(2), row(2), row(1), row(0)].flat());
  });
});
