import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { componentProblems } from '../test/support/component-problems.js';
import { tinyConfig } from '../test/support/command.js';
import { experimentOf } from '../src/cli/experiment.js';
import { loadConfig } from '../src/cli/load-config.js';
import { instantiateFromConfig } from '../src/config/index.js';
import { selectEngine } from '../src/engine/index.js';
import { Linear } from '../src/nn/index.js';
import type { LearningRateSchedule, OptimizerFactory } from '../src/optim/index.js';
import { RandomStreams } from '../src/random/index.js';
import type { LightningModule } from '../src/train/lightning-module.js';
import { registry } from './index.js';

const test = suite('optimizers and schedules that configs name');

test.before(async () => {
  await selectEngine('cpu', {});
});

for (const [target, kind, moments] of [
  ['torch.optim.AdamW', 'AdamW', 2],
  ['torch.optim.Adam', 'Adam', 2],
  ['torch.optim.SGD', 'SGD', 0],
  ['lion_pytorch.Lion', 'Lion', 1],
] as const) {
  test(`${target} makes one of the parameters it is given`, async () => {
    const factory = await instantiateFromConfig<OptimizerFactory>({ target, params: { weight_decay: 0.5 } }, registry);
    const { weight } = new Linear(2, 2).initialize(new RandomStreams(0));
    const before = tf.memory().numTensors;
    const optimizer = factory([['weight', weight]]);
    assert.is(optimizer.constructor.name, kind);
    assert.is(tf.memory().numTensors, before + moments);
    optimizer.dispose();
  });
}

test('a diffusion model is trained by the optimizer of its config, at the rate of its schedule', async () => {
  const optimizersOf = async (overrides: readonly string[]) => {
    const { model } = experimentOf(await loadConfig([tinyConfig], overrides));
    const module = await instantiateFromConfig<LightningModule>(model, registry);
    module.initialize(new RandomStreams(0));
    module.learningRate = 2;
    const found = module.configureOptimizers();
    for (const { optimizer } of found) optimizer.dispose();
    module.dispose();
    return found.map(({ optimizer, learningRate }) => [
      optimizer.constructor.name,
      ...[0, 1, 4, 10].map((step) => learningRate(step)),
    ]);
  };
  assert.equal(await optimizersOf([]), [['AdamW', 2, 2, 2, 2]]);
  assert.equal(
    await optimizersOf([
      'model.params.optimizer_config={target: Lion, params: {betas: [0.95, 0.98]}}',
      'model.params.scheduler_config={target: ConstantScheduleWithWarmup, params: {num_warmup_steps: 4}}',
    ]),
    [['Lion', 0, 0.5, 2, 2]],
  );
});

test('schedules go by the names that diffusers and transformers have for them', async () => {
  const params = { num_warmup_steps: 2, num_training_steps: 4 };
  for (const module of ['diffusers.optimization', 'transformers', 'transformers.optimization']) {
    const target = `${module}.get_cosine_schedule_with_warmup`;
    const schedule = await instantiateFromConfig<LearningRateSchedule>({ target, params }, registry);
    assert.equal([0, 1, 2, 4].map(schedule), [0, 0.5, 1, 0]);
  }
});

test('what an optimizer cannot do is said before anything is built', () => {
  assert.equal(componentProblems('torch.optim.AdamW', { amsgrad: true }), [
    'amsgrad: the variant with the largest second moment is not built',
  ]);
  assert.equal(componentProblems('torch.optim.Adam', { amsgrad: false, betas: [0.5, 0.9] }), []);
  assert.equal(componentProblems('SGD', { nesterov: true }), ['nesterov: needs a momentum and no dampening']);
  assert.equal(componentProblems('SGD', { nesterov: true, momentum: 0.9, dampening: 0.1 }).length, 1);
  assert.equal(componentProblems('SGD', { nesterov: true, momentum: 0.9 }), []);
});

test.run();
