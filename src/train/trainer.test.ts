import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tensorAt } from '../../test/support/batches.js';
import { heldCheckpoint } from '../../test/support/held-checkpoint.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { fit, Regression, type FitOptions } from '../../test/support/tiny-fit.js';
import { selectEngine } from '../engine/index.js';
import { AdamW } from '../optim/index.js';
import type { Callback } from './callbacks/callback.js';
import { LearningRateMonitor } from './callbacks/learning-rate-monitor.js';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint-file.js';
import type { LightningModule, OptimizerConfig } from './lightning-module.js';

const test = suite('trainer');

test.before(async () => {
  await selectEngine('cpu');
});

test('epochs, validations and hooks in their order', async () => {
  const { module } = await fit({ max_epochs: 2, check_val_every_n_epoch: 2 });
  assert.equal(module.events, [
    'epoch 0 starts',
    'batch 0, step 1, training true',
    'batch 1, step 2, training true',
    'batch 2, step 3, training true',
    'epoch 0 ends',
    'epoch 1 starts',
    'batch 0, step 4, training true',
    'batch 1, step 5, training true',
    'batch 2, step 6, training true',
    'validation, training false',
    'epoch 1 ends',
  ]);
});

test('max_steps ends in the middle of an epoch; val_check_interval counts steps', async () => {
  const { module, trainer } = await fit({ max_steps: 4, val_check_interval: 2 });
  assert.is(trainer.globalStep, 4);
  assert.is(trainer.currentEpoch, 1);
  assert.is(module.events.filter((event) => event.startsWith('validation')).length, 2);
});

test('limit_val_batches: 0 validates nothing', async () => {
  const { module } = await fit({ max_epochs: 1, limit_val_batches: 0 });
  assert.not.ok(module.events.some((event) => event.startsWith('validation')));
});

test('logs each step, the epoch mean weighted by batch, the validation and the rate of the step', async () => {
  const { logger } = await fit({ max_epochs: 1 });
  const [first, second, third, validation, epoch] = logger.scalars;
  assert.equal(
    [first, second, third, validation, epoch].map((entry) => entry?.[0]),
    [1, 2, 3, 3, 3],
  );
  const losses = [first, second, third].map((entry) => entry?.[1].loss_step ?? NaN);
  const [a = 0, b = 0, c = 0] = losses;
  assert.ok(Math.abs((epoch?.[1].loss_epoch ?? NaN) - (2 * a + 2 * b + c) / 5) < 1e-9 * a);
  assert.equal(validation?.[1], { 'val/x': 1 });
  assert.equal([first?.[1].lr, second?.[1].lr], [0.1, 0.05]);
});

for (const stopAt of [2, 3]) {
  test(`stopped after step ${stopAt} and gone on from the file, logs and weights are those of one run`, async () => {
    const path = join(temporaryFolder(), 'last.ckpt');
    const saveAndStop: Callback = {
      onTrainBatchEnd: (trainer) => {
        if (trainer.globalStep !== stopAt) return;
        trainer.requests.stop('test');
        writeCheckpoint(path, trainer.checkpoint());
      },
    };
    const whole = await fit({ max_epochs: 3 });
    const first = await fit({ max_epochs: 3 }, { callbacks: { saveAndStop } });
    const second = await fit({ max_epochs: 3 }, { resume: readCheckpoint(path) });
    assert.is(first.trainer.requests.stopReason, 'test');
    assert.equal([...first.logger.scalars, ...second.logger.scalars], whole.logger.scalars);
    assert.equal(second.module.stateDict(), whole.module.stateDict());
    assert.is(readCheckpoint(path).config, 'c: 1');
  });
}

test('gradients of two batches are one step: hooks per batch, logs and the end of training per step', async () => {
  const { module, logger, trainer } = await fit({ max_epochs: 2, accumulate_grad_batches: 2, limit_val_batches: 0 });
  assert.equal(module.events.filter((event) => event.startsWith('batch')).slice(0, 4), [
    'batch 0, step 0, training true',
    'batch 1, step 1, training true',
    'batch 2, step 2, training true',
    'batch 0, step 2, training true',
  ]);
  assert.is(trainer.globalStep, 4);
  assert.equal(
    logger.scalars
      .filter(([, scalars]) => 'lr' in scalars)
      .map(([step, { lr = NaN }]) => [step, Number(lr.toFixed(4))]),
    [
      [1, 0.1],
      [2, 0.05],
      [3, 0.0333],
      [4, 0.025],
    ],
  );
});

test('a stop between the batches of a step waits for the step; gone on, all is as in one run', async () => {
  const path = join(temporaryFolder(), 'last.ckpt');
  const params = { max_epochs: 4, accumulate_grad_batches: 2 };
  const stopEarly: Callback = {
    onTrainBatchEnd: (trainer, _module, { stepped, batchIndex }) => {
      if (trainer.currentEpoch === 1 && batchIndex === 0) trainer.requests.stop('test');
      if (stepped && trainer.requests.stopReason !== undefined) writeCheckpoint(path, trainer.checkpoint());
      if (!stepped) assert.throws(() => trainer.checkpoint(), 'a checkpoint between the batches of one step');
    },
  };
  const whole = await fit(params);
  const first = await fit(params, { callbacks: { stopEarly } });
  assert.equal([first.trainer.globalStep, first.trainer.batchInEpoch], [3, 2]);
  const second = await fit(params, { resume: readCheckpoint(path) });
  assert.equal([...first.logger.scalars, ...second.logger.scalars], whole.logger.scalars);
  assert.equal(second.module.stateDict(), whole.module.stateDict());
});

/** Fits the slope and the height of the line by an optimizer each. */
class Pair extends Regression {
  override configureOptimizers(): readonly OptimizerConfig[] {
    return this.trainableParameters().map((one, i) => ({
      optimizer: new AdamW([one]),
      learningRate: (step) => this.learningRate / (1 + step + i),
      startStep: 2 * i,
    }));
  }
}

test('two optimizers: a step of both is one step, rates have their names, and all goes on exactly', async () => {
  const path = join(temporaryFolder(), 'last.ckpt');
  const params = { max_epochs: 4, accumulate_grad_batches: 2, gradient_clip_val: 1, limit_val_batches: 0 };
  const train = (options: FitOptions) =>
    fit(params, {
      ...options,
      module: new Pair(),
      callbacks: { rates: new LearningRateMonitor({ logging_interval: 'step' }), ...options.callbacks },
    });
  for (const stopAt of [1, 2, 5]) {
    const saveAndStop: Callback = {
      onTrainBatchEnd: (trainer, _module, { stepped }) => {
        if (!stepped || trainer.globalStep !== stopAt) return;
        trainer.requests.stop('test');
        writeCheckpoint(path, trainer.checkpoint());
      },
    };
    const whole = await train({});
    assert.is(whole.trainer.globalStep, 8);
    const rates = whole.logger.scalars.filter(([, scalars]) => 'lr-AdamW' in scalars).slice(0, 2);
    assert.equal(rates, [
      [1, { 'lr-AdamW': 0.1, 'lr-AdamW-1': 0.05 }],
      [2, { 'lr-AdamW': 0.05, 'lr-AdamW-1': 0.1 / 3 }],
    ]);
    const first = await train({ callbacks: { saveAndStop } });
    const second = await train({ resume: readCheckpoint(path) });
    assert.equal([...first.logger.scalars, ...second.logger.scalars], whole.logger.scalars);
    assert.equal(second.module.stateDict(), whole.module.stateDict());
  }
});

// Epochs of three batches: at its end, in its middle, and between the batches of a step.
const brokenOff: [title: string, params: Parameters<typeof fit>[0]][] = [
  ['at the end of an epoch', { max_epochs: 3 }],
  ['at the end of training', { max_epochs: 2 }],
  ['in the middle of an epoch', { max_epochs: 3, val_check_interval: 2 }],
  ['between the batches of a step', { max_epochs: 3, val_check_interval: 3, accumulate_grad_batches: 2 }],
  ['after the last step', { max_steps: 4, val_check_interval: 2 }],
];
for (const [title, params] of brokenOff) {
  test(`stopped in a validation ${title} and gone on, all is as in one run`, async () => {
    let validations = 0;
    const checkpoints: Checkpoint[] = [];
    const stop: Callback = {
      onValidationStart: (trainer) => {
        validations += 1;
        if (validations === 2) trainer.requests.stop('test');
      },
      onFitEnd: (trainer) => {
        checkpoints.push(heldCheckpoint(trainer.checkpoint()));
      },
    };
    const whole = await fit(params);
    const first = await fit(params, { callbacks: { stop } });
    assert.is(first.trainer.requests.stopReason, 'test');
    const second = await fit(params, { resume: checkpoints[0]! });
    assert.equal([...first.logger.scalars, ...second.logger.scalars], whole.logger.scalars);
    assert.equal(second.module.stateDict(), whole.module.stateDict());
  });
}

test('a checkpoint asked for is written after the step, at the end of an epoch after that', async () => {
  const asked: [step: number, epoch: number][] = [];
  const save: Callback = {
    onTrainBatchStart: (trainer) => {
      trainer.requests.save();
    },
    onSaveRequest: (trainer) => {
      asked.push([trainer.globalStep, trainer.currentEpoch]);
      trainer.checkpoint();
    },
  };
  await fit({ max_epochs: 2, accumulate_grad_batches: 2 }, { callbacks: { save } });
  assert.equal(asked, [
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 2],
  ]);
});

test('what is validated before training leaves no trace', async () => {
  const checked = await fit({ max_epochs: 1, num_sanity_val_steps: 2 });
  const unchecked = await fit({ max_epochs: 1 });
  assert.is(checked.module.events[0], 'validation, training false');
  assert.equal(checked.module.events.slice(1), unchecked.module.events);
  assert.equal(checked.logger.scalars, unchecked.logger.scalars);
  assert.equal(checked.module.stateDict(), unchecked.module.stateDict());
});

test('limit_train_batches shortens epochs, and runs go on in them', async () => {
  const { module, trainer } = await fit({ max_epochs: 2, limit_train_batches: 2, limit_val_batches: 0 });
  assert.is(trainer.globalStep, 4);
  assert.equal(
    module.events.filter((event) => event.startsWith('epoch')),
    ['epoch 0 starts', 'epoch 0 ends', 'epoch 1 starts', 'epoch 1 ends'],
  );
});

test('overfit_batches trains and validates on the first training batches, in their order', async () => {
  const seen: number[][] = [];
  const see: Callback = {
    onTrainBatchEnd: (_trainer, _module, { batch }) => {
      seen.push([...tensorAt(batch, 'x').dataSync()]);
    },
  };
  const { logger } = await fit({ max_epochs: 2, overfit_batches: 1 }, { callbacks: { see } });
  assert.equal(seen, [
    [0, 1],
    [0, 1],
  ]);
  assert.equal(
    logger.scalars.filter(([, scalars]) => 'val/x' in scalars).map(([, scalars]) => scalars['val/x']),
    [0.5, 0.5],
  );
});

test('fast_dev_run is one batch of each', async () => {
  const { module, trainer } = await fit({ fast_dev_run: true, max_steps: 500 });
  assert.is(trainer.globalStep, 1);
  assert.equal(module.events, [
    'epoch 0 starts',
    'batch 0, step 1, training true',
    'validation, training false',
    'epoch 0 ends',
  ]);
});

test('callbacks keep their state in the checkpoint under their name', async () => {
  const counting = (): Callback & { steps: number } => ({
    steps: 0,
    onTrainBatchEnd() {
      this.steps += 1;
    },
    state() {
      return this.steps;
    },
    loadState(state) {
      this.steps = Number(state);
    },
  });
  const first = counting();
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    onFitEnd: (trainer) => {
      checkpoints.push(heldCheckpoint(trainer.checkpoint()));
    },
  };
  await fit({ max_steps: 2 }, { callbacks: { counter: first, keep } });
  assert.equal(checkpoints[0]?.progress.callbacks, { counter: 2 });
  const second = counting();
  await fit({ max_steps: 5 }, { callbacks: { counter: second }, resume: checkpoints[0]! });
  assert.is(second.steps, 5);
});

test('an error in a step ends the fit, frees the batch and leaves the module unattached', async () => {
  const before = tf.memory().numTensors;
  const failing: Callback = {
    onTrainBatchEnd: () => {
      throw new Error('no more');
    },
  };
  let module: LightningModule | undefined;
  const watching: Callback = {
    onFitStart: (_trainer, started) => {
      module = started;
    },
  };
  try {
    await fit({ max_steps: 3 }, { callbacks: { watching, failing } });
    assert.unreachable('the fit went on');
  } catch (error) {
    assert.is((error as Error).message, 'no more');
  }
  assert.throws(() => module?.trainer, /is not being trained/);
  module?.dispose();
  assert.is(tf.memory().numTensors, before);
});

test('a run that is past its limit says so, and how to go on', async () => {
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    onFitEnd: (trainer) => {
      checkpoints.push(heldCheckpoint(trainer.checkpoint()));
    },
  };
  await fit({ max_steps: 4 }, { callbacks: { keep } });
  const [resume] = checkpoints;
  assert.ok(resume);
  const { trainer, reports } = await fit({ max_steps: 2 }, { resume });
  assert.is(trainer.globalStep, 4);
  assert.equal(reports, ['nothing is left to train: step 4 of 2; to go on, raise max_steps or max_epochs']);
  assert.equal((await fit({ max_steps: 5 }, { resume })).reports, []);
});

test('two hundred steps leave no tensor behind', async () => {
  const counts: number[] = [];
  const count: Callback = {
    onTrainBatchEnd: () => {
      counts.push(tf.memory().numTensors);
    },
  };
  await fit({ max_steps: 200, val_check_interval: 50 }, { callbacks: { count } });
  assert.is(counts.length, 200);
  assert.equal([...new Set(counts)], [counts[0]]);
});

test.run();
