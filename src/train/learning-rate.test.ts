import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scaledLearningRate } from './learning-rate.js';

const factors = { baseLearningRate: 2e-6, batchSize: 48, accumulateGradBatches: 2, devices: 1 };

test("CompVis's scaling, with its formula", () => {
  const { learningRate, formula } = scaledLearningRate({ ...factors, scale: true });
  assert.ok(Math.abs(learningRate - 1.92e-4) < 1e-12);
  assert.is(
    formula,
    '1.92e-4 = 2 (accumulate_grad_batches) * 1 (devices) * 48 (batch_size) * 2.00e-6 (base_learning_rate)',
  );
});

test('--scale_lr False takes the base rate as it is', () => {
  const { learningRate, formula } = scaledLearningRate({ ...factors, scale: false });
  assert.is(learningRate, 2e-6);
  assert.is(formula, '2.00e-6 (base_learning_rate, not scaled)');
});

test.run();
