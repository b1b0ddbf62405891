import type * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { heldCheckpoint } from '../../test/support/held-checkpoint.js';
import { fit, Recorder, Regression } from '../../test/support/tiny-fit.js';
import { selectEngine } from '../engine/index.js';
import type { Callback } from './callbacks/callback.js';
import type { Checkpoint } from './checkpoint-file.js';
import type { TensorBatch } from './lightning-module.js';
import { Trainer } from './trainer.js';
import type { TrainerParamsInput } from './trainer.params.js';

const test = suite('the test loop');

test.before(async () => {
  await selectEngine('cpu');
});

test("a module that does not say otherwise is tested as it is validated, under a test's names", async () => {
  const { trainer, module, data, logger } = await fit({ max_steps: 2, limit_val_batches: 0 });
  const [seen, logged] = [module.events.length, logger.scalars.length];
  assert.equal(await trainer.test({ module, data }), { 'test/x': 1.5 });
  assert.equal(module.events.slice(seen), ['validation, training false']);
  assert.equal(logger.scalars.slice(logged), [[2, { 'test/x': 1.5 }]]);
  assert.ok(module.training);
  assert.throws(() => module.trainer, /is not being trained/);
});

test('limit_test_batches: a number, a fraction, none', async () => {
  const tested = async (params: TrainerParamsInput) => {
    const { trainer, module, data } = await fit({ max_steps: 1, ...params });
    return trainer.test({ module, data });
  };
  assert.equal(await tested({ limit_test_batches: 1 }), { 'test/x': 0.5 });
  assert.equal(await tested({ limit_test_batches: 0.5 }), { 'test/x': 0.5 });
  assert.equal(await tested({ limit_test_batches: 0 }), {});
  assert.equal(await tested({ fast_dev_run: true }), { 'test/x': 0.5 });
});

test('the validation set, for its own names and hooks', async () => {
  const { trainer, module, data } = await fit({ max_steps: 1 });
  assert.equal(await trainer.test({ module, data, set: 'validation' }), { 'val/x': 1 });
});

test('a step and hooks of its own', async () => {
  class Tested extends Regression {
    override testStep(): void {
      this.log('test/step', 3);
    }

    override onTestStart(): void {
      this.events.push('test starts');
    }

    override onTestEnd(): void {
      this.events.push('test ends');
    }
  }
  const events: string[] = [];
  const callback: Callback = {
    onTestStart: () => {
      events.push('start');
    },
    onTestBatchEnd: (_trainer, _module, { batchIndex, batches }) => {
      events.push(`${batchIndex} of ${batches}`);
    },
    onTestEnd: (_trainer, _module, { logger }) => {
      events.push(JSON.stringify(logger));
    },
    onValidationStart: () => {
      events.push('a validation');
    },
  };
  const { run, data } = await fit({ max_steps: 1 });
  const module = new Tested();
  const trainer = newTrainer(run, { callback });
  assert.equal(await trainer.test({ module, data }), { 'test/step': 3 });
  assert.equal(module.events, ['test starts', 'test ends']);
  assert.equal(events, ['start', '0 of 2', '1 of 2', '{"test/step":3}']);
});

test("what is logged at the end is of the whole set, and a validation's has a test's name", async () => {
  class Measured extends Regression {
    #examples = 0;

    override onValidationStart(): void {
      this.#examples = 0;
    }

    override validationStep(batch: TensorBatch): void {
      this.#examples += (batch.x as tf.Tensor).shape[0];
    }

    override onValidationEnd(): void {
      this.log('val/examples', this.#examples, { progBar: true });
    }
  }
  const { run, data } = await fit({ max_steps: 1 });
  const module = new Measured();
  const logger = new Recorder();
  const trainer = newTrainer(run, {}, logger);
  assert.equal(await trainer.test({ module, data }), { 'test/examples': 4 });
  assert.equal(await trainer.test({ module, data, set: 'validation' }), { 'val/examples': 3 });
  assert.equal(logger.scalars, [
    [0, { 'test/examples': 4 }],
    [0, { 'val/examples': 3 }],
  ]);
});

test('a checkpoint is tested at its step, without a training', async () => {
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    onFitEnd: (trainer) => {
      checkpoints.push(heldCheckpoint(trainer.checkpoint()));
    },
  };
  const { run, data, module: trained } = await fit({ max_steps: 3 }, { callbacks: { keep } });
  const logger = new Recorder();
  const module = new Regression();
  await newTrainer(run, {}, logger).test({ module, data, checkpoint: checkpoints[0]! });
  assert.equal(logger.scalars, [[3, { 'test/x': 1.5 }]]);
  assert.equal(module.stateDict(), trained.stateDict());
});

test('no test data is an error', async () => {
  const { trainer, module, data } = await fit({ max_steps: 1 });
  Object.assign(data, { test: undefined });
  try {
    await trainer.test({ module, data });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'the data module has no test data');
  }
});

function newTrainer(
  run: ConstructorParameters<typeof Trainer>[0]['run'],
  callbacks: Readonly<Record<string, Callback>>,
  logger = new Recorder(),
): Trainer {
  return new Trainer({ params: {}, logger, run, callbacks, seed: 1, config: '' });
}

test.run();
