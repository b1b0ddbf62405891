import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withDefaults } from '../params.js';
import { LoopPlan } from './loop-plan.js';
import { trainerParams, type TrainerParamsInput } from './trainer.params.js';

const plan = (params: TrainerParamsInput, train = 10, validation = 4) =>
  new LoopPlan(withDefaults(trainerParams, params), { train, validation });

/** After which batches of the first epochs a validation follows, e.g. `0:3` after the third of the first. */
function validations(of: LoopPlan, epochs = 2): string[] {
  const found: string[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let batches = 1; batches <= of.trainBatches; batches++) {
      if (of.validatesAfter(batches, epoch)) found.push(`${epoch}:${batches}`);
    }
    if (of.validatesEpoch(epoch)) found.push(`${epoch}:end`);
  }
  return found;
}

test('all of the data, a thousand epochs and a look at two validation batches unless told otherwise', () => {
  const { trainBatches, validationBatches, stepsPerEpoch, lastStep, sanityBatches, accumulate } = plan({});
  assert.equal([trainBatches, validationBatches, stepsPerEpoch, lastStep], [10, 4, 10, 10_000]);
  assert.equal([sanityBatches, accumulate], [2, 1]);
});

test('the nearer of max_epochs and max_steps ends it; -1 is no limit', () => {
  assert.is(plan({ max_epochs: 2 }).lastStep, 20);
  assert.is(plan({ max_steps: 15 }).lastStep, 15);
  assert.is(plan({ max_epochs: 2, max_steps: 15 }).lastStep, 15);
  assert.is(plan({ max_epochs: 1, max_steps: 15 }).lastStep, 10);
  assert.is(plan({ max_epochs: -1 }).lastStep, Infinity);
  assert.is(plan({ max_epochs: 0 }).lastStep, 0);
});

test('steps are taken of groups of batches; an epoch ends with one', () => {
  const { stepsPerEpoch, lastStep, ...of } = plan({ accumulate_grad_batches: 4, max_epochs: 2 });
  assert.equal([stepsPerEpoch, lastStep], [3, 6]);
  assert.is(of.accumulate, 4);
  const steps = plan({ accumulate_grad_batches: 4 });
  assert.equal(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((batches) => steps.stepsAfter(batches)),
    [4, 8, 10],
  );
});

test('limits are numbers of batches, or below 1 fractions of them', () => {
  assert.is(plan({ limit_train_batches: 3 }).trainBatches, 3);
  assert.is(plan({ limit_train_batches: 30 }).trainBatches, 10);
  assert.is(plan({ limit_train_batches: 0.35 }).trainBatches, 3);
  assert.is(plan({ limit_val_batches: 0.5 }).validationBatches, 2);
  assert.is(plan({ limit_val_batches: 0 }).validationBatches, 0);
  assert.is(plan({ limit_val_batches: 0 }).sanityBatches, 0);
  assert.is(plan({ num_sanity_val_steps: -1 }).sanityBatches, 4);
});

test('a fraction that is not one batch', () => {
  assert.throws(
    () => plan({ limit_train_batches: 0.05 }),
    'lightning.trainer.limit_train_batches: 0.05 of 10 batches is not one batch\n' +
      '  to fix:       write a larger fraction, or the number of batches: limit_train_batches: 1',
  );
  assert.throws(() => plan({ limit_train_batches: 0 }), '0 leaves nothing to train on');
});

test('overfit_batches trains and validates on as many', () => {
  const { trainBatches, validationBatches } = plan({ overfit_batches: 3, limit_train_batches: 5 }, 10, 10);
  assert.equal([trainBatches, validationBatches], [3, 3]);
  assert.is(plan({ overfit_batches: 0.2 }, 10, 10).trainBatches, 2);
  assert.is(plan({ overfit_batches: 3, limit_val_batches: 0 }, 10, 10).validationBatches, 0);
});

test('fast_dev_run is one epoch of so many batches, validated at its end', () => {
  const one = plan({ fast_dev_run: true, max_steps: 500, val_check_interval: 7, check_val_every_n_epoch: 3 });
  assert.equal([one.trainBatches, one.validationBatches, one.lastStep, one.sanityBatches], [1, 1, 1, 0]);
  assert.equal(validations(one, 1), ['0:end']);
  assert.is(plan({ fast_dev_run: 3 }).lastStep, 3);
  assert.is(plan({ fast_dev_run: 3, accumulate_grad_batches: 2 }).lastStep, 2);
  assert.is(plan({ fast_dev_run: 0 }).trainBatches, 10);
});

test('validations fall on epoch ends, or every so many batches across epochs', () => {
  assert.equal(validations(plan({})), ['0:end', '1:end']);
  assert.equal(validations(plan({ check_val_every_n_epoch: 2 })), ['1:end']);
  assert.equal(validations(plan({ val_check_interval: 4 })), ['0:4', '0:8', '1:2', '1:6', '1:10']);
  assert.equal(validations(plan({ val_check_interval: 16 })), ['1:6']);
});

test('within epochs where a fraction or check_val_every_n_epoch says so', () => {
  assert.equal(validations(plan({ val_check_interval: 0.5 })), ['0:5', '0:10', '1:5', '1:10']);
  assert.equal(validations(plan({ val_check_interval: 0.5 }, 7)), ['0:3', '0:6', '1:3', '1:6']);
  assert.equal(validations(plan({ val_check_interval: 4, check_val_every_n_epoch: 1 })), ['0:4', '0:8', '1:4', '1:8']);
  assert.equal(validations(plan({ val_check_interval: 4, check_val_every_n_epoch: 2 })), ['1:4', '1:8']);
  assert.throws(
    () => plan({ val_check_interval: 11, check_val_every_n_epoch: 1 }),
    'lightning.trainer.val_check_interval: no epoch is that long\n  found:        11\n' +
      '  expected:     at most 10, the batches of an epoch\n' +
      '  to fix:       leave out check_val_every_n_epoch to count batches across epochs',
  );
});

test('early stopping waits for min_epochs and min_steps', () => {
  assert.is(plan({}).mayStopEarly(0), true);
  assert.equal(
    [19, 20].map((steps) => plan({ min_epochs: 2 }).mayStopEarly(steps)),
    [false, true],
  );
  assert.equal(
    [24, 25].map((steps) => plan({ min_epochs: 2, min_steps: 25 }).mayStopEarly(steps)),
    [false, true],
  );
});

test.run();
