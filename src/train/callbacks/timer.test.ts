import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { heldCheckpoint } from '../../../test/support/held-checkpoint.js';
import { fit } from '../../../test/support/tiny-fit.js';
import { selectEngine } from '../../engine/index.js';
import type { Checkpoint } from '../checkpoint-file.js';
import type { Callback } from './callback.js';
import { Timer } from './timer.js';

const test = suite('Timer');

test.before(async () => {
  await selectEngine('cpu');
});

/** A clock, and callbacks by which a step takes ten seconds and a validation one. */
function clock() {
  let seconds = 1000;
  const passing: Callback = {
    onStepEnd: () => {
      seconds += 10;
    },
    onValidationBatchEnd: (_trainer, _module, { batchIndex }) => {
      if (batchIndex === 0) seconds += 1;
    },
  };
  return { passing, now: () => seconds };
}

type Duration = ConstructorParameters<typeof Timer>[0];

/** A fit of an hour's steps, three to an epoch, with a timer. */
async function timed(params: Duration, trainer: Parameters<typeof fit>[0] = {}, resume?: Checkpoint) {
  const { passing, now } = clock();
  const timer = new Timer(params, now);
  let saved: Checkpoint | undefined;
  const saving: Callback = {
    onFitEnd: (running) => {
      saved = heldCheckpoint(running.checkpoint());
    },
  };
  const result = await fit(
    { max_steps: 360, limit_val_batches: 0, ...trainer },
    { callbacks: { passing, timer, saving }, ...(resume && { resume }) },
  );
  return { ...result, timer, saved: saved as unknown as Checkpoint };
}

test('training stops after the step in which the time runs out', async () => {
  const { trainer, reports } = await timed({ duration: '00:00:00:45' });
  assert.is(trainer.globalStep, 5);
  assert.is(trainer.requests.earlyStopReason, 'the time of 00:00:00:45 is over');
  assert.is(trainer.requests.stopReason, undefined);
  assert.equal(reports, [
    'step 5  the time of 00:00:00:45 is over',
    'step 5  time 00:00:00:50 (days:hours:minutes:seconds), validation 00:00:00:00 of it',
  ]);
});

test('or at the end of the epoch; silently, where it is told to', async () => {
  const { trainer, reports } = await timed({ duration: { seconds: 40 }, interval: 'epoch', verbose: false });
  assert.equal([trainer.globalStep, trainer.currentEpoch], [6, 2]);
  assert.equal(reports, []);
});

test('min_steps and min_epochs hold', async () => {
  const steps = await timed({ duration: { seconds: 10 } }, { min_steps: 4 });
  assert.is(steps.trainer.globalStep, 4);
  assert.is(steps.reports.filter((text) => text.includes('is over')).length, 1);
  const epochs = await timed({ duration: { seconds: 10 } }, { min_epochs: 2 });
  assert.is(epochs.trainer.globalStep, 6);
});

test('without a duration it measures, validations apart', async () => {
  const { trainer, timer } = await timed({}, { max_steps: 6, limit_val_batches: 1 });
  assert.is(trainer.globalStep, 6);
  assert.is(trainer.requests.earlyStopReason, undefined);
  assert.equal([timer.timeElapsed(), timer.timeElapsed('validate'), timer.timeRemaining()], [62, 2, Infinity]);
});

test('a run that goes on counts on, and so stops where one run would have', async () => {
  const whole = await timed({ duration: '00:00:01:05' });
  const first = await timed({ duration: '00:00:01:05' }, { max_steps: 4 });
  assert.equal(first.saved.progress.callbacks.timer, { timeElapsed: { train: 40, validate: 0 } });
  const second = await timed({ duration: '00:00:01:05' }, {}, first.saved);
  assert.equal([whole.trainer.globalStep, second.trainer.globalStep], [7, 7]);
  assert.equal(second.module.stateDict(), whole.module.stateDict());
  assert.is(second.timer.timeElapsed(), 70);
});

test('a run whose time is over stops at once, says how to go on, and goes on with more time', async () => {
  const first = await timed({ duration: '00:00:00:20' });
  const second = await timed({ duration: '00:00:00:20', verbose: false }, {}, first.saved);
  assert.is(second.trainer.globalStep, 2);
  assert.equal(second.reports, [
    'step 2  the time of 00:00:00:20 is over; to go on, give a longer one: max_time, or the duration of Timer',
  ]);
  assert.equal(second.module.stateDict(), first.module.stateDict());
  const third = await timed({ duration: '00:00:00:50' }, {}, second.saved);
  assert.is(third.trainer.globalStep, 5);
});

test.run();
