import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { flattenHyperparameters } from './hyperparameters.js';

test('dotted paths; lists as JSON, null left out', () => {
  const values = { model: { base_learning_rate: 1e-4, params: { mult: [1, 2], ema: true, ckpt: null } }, seed: 23 };
  assert.equal(flattenHyperparameters(values), {
    'model.base_learning_rate': 1e-4,
    'model.params.mult': '[1,2]',
    'model.params.ema': true,
    seed: 23,
  });
});

test.run();
