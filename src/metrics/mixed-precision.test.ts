import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { loadAddon } from '../engine/addon/index.js';
import { runSuites, torchSuite } from '../engine/testing.js';
import { Generator } from '../random/index.js';
import { PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure } from './index.js';

const test = await torchSuite('metrics under bf16-mixed');

for (const create of [() => new PeakSignalNoiseRatio(), () => new StructuralSimilarityIndexMeasure()]) {
  test(`${create().constructor.name}: that of the same values in float32`, () => {
    const [mixed, exact] = [create(), create()];
    tf.tidy(() => {
      const draw = (seed: number, shape: number[]) => tf.mul<tf.Tensor4D>(new Generator([seed, 1]).normal(shape), 0.3);
      const [inputs, x, filter] = [draw(1, [2, 16, 16, 3]), draw(2, [2, 16, 16, 3]), draw(3, [3, 3, 3, 3])];
      loadAddon().setPrecision('bf16-mixed');
      try {
        // A convolution's result, which the engine keeps in bfloat16.
        const reconstructions = tf.conv2d(x, filter, 1, 'same');
        mixed.update(inputs, reconstructions);
        const values = reconstructions.dataSync();
        loadAddon().setPrecision('32');
        exact.update(inputs, tf.tensor(values, reconstructions.shape));
        assert.not.equal(values, tf.conv2d(x, filter, 1, 'same').dataSync());
      } finally {
        loadAddon().setPrecision('32');
      }
    });
    const [found, expected] = [mixed, exact].map((metric) => Object.values(metric.compute())[0] ?? NaN) as [
      number,
      number,
    ];
    assert.ok(Math.abs(found - expected) <= 1e-6 * Math.abs(expected), `${found} is not ${expected}`);
  });
}

runSuites();
