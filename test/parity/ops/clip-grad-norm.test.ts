import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { clipGradNorm, globalNorm } from '../../../src/ops/index.js';
import { assertClose } from '../../support/compare.js';
import { onEveryEngine } from '../../support/engines.js';

onEveryEngine('gradient norm and clipping', (test) => {
  const gradients = () => [tf.tensor2d([[3, 0]]), tf.scalar(-4), tf.tensor1d([0, 12])];

  test('the norm is that of all values together', () => {
    assertClose(globalNorm(gradients()).dataSync(), [13], 1e-6, 'norm');
    assert.equal([...globalNorm([]).dataSync()], [0]);
    const large = Float32Array.from({ length: 50001 }, (_, i) => 1000 + (i % 7));
    const expected = Math.sqrt(large.reduce((sum, value) => sum + value * value, 0));
    const [found = NaN] = globalNorm([tf.tensor1d(large)]).dataSync();
    assert.ok(Math.abs(found / expected - 1) < 1e-6, `${found} for ${expected}`);
  });

  test('gradients beyond the largest norm are scaled down to it', () => {
    const before = tf.memory().numTensors;
    const { gradients: clipped, totalNorm } = clipGradNorm(gradients(), 6.5);
    assert.is(tf.memory().numTensors, before + 4, 'as many gradients as before, and the norm');
    const factor = 6.5 / (13 + 1e-6);
    assertClose(totalNorm.dataSync(), [13], 1e-6, 'norm');
    assert.equal(
      clipped.map(({ shape }) => shape),
      [[1, 2], [], [2]],
    );
    const found = clipped.flatMap((gradient) => [...gradient.dataSync()]);
    assertClose(
      found,
      [3, 0, -4, 0, 12].map((value) => value * factor),
      1e-6,
      'gradients',
    );
    tf.dispose([totalNorm, ...clipped]);
    assert.is(tf.memory().numTensors, before);
  });

  test('gradients within it stay exactly as they are', () => {
    const { gradients: clipped } = clipGradNorm(gradients(), 13.1);
    assert.equal(
      clipped.flatMap((gradient) => [...gradient.dataSync()]),
      [3, 0, -4, 0, 12],
    );
  });

  test('two gradients that share their values are each scaled once', () => {
    const shared = tf.tensor1d([3, 4]);
    const { gradients: clipped } = clipGradNorm([shared, tf.reshape(shared, [2, 1])], Math.sqrt(50) / 2);
    for (const gradient of clipped) assertClose(gradient.dataSync(), [1.5, 2], 1e-6, 'gradient');
  });

  test('a gradient that is not a number spoils them all', () => {
    const { gradients: clipped, totalNorm } = clipGradNorm([tf.tensor1d([1, NaN]), tf.scalar(1)], 10);
    assert.ok(Number.isNaN(totalNorm.dataSync()[0]));
    assert.ok(clipped.every((gradient) => [...gradient.dataSync()].every(Number.isNaN)));
  });
});
