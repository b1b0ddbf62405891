import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { registry } from '../../../registry/index.js';
import { createRunFolder } from '../../io/run-folder.js';
import { withDefaults } from '../../params.js';
import type { ComponentConfig, Experiment } from '../../config/index.js';
import { Reporter } from '../../logging/reporter.js';
import { Timer } from '../../train/callbacks/timer.js';
import { trainerParams, type TrainerParamsInput } from '../../train/trainer.params.js';
import { runCallbacks } from './callbacks.js';

/** The callbacks of a run, and what is said of them. */
async function callbacksOf(trainer: TrainerParamsInput, callbacks: Record<string, ComponentConfig> = {}) {
  const warnings: string[] = [];
  const reporter = new Reporter();
  reporter.warn = (text) => void warnings.push(text);
  const experiment = { model: { target: 'DDPM', params: {} }, trainer, callbacks } as unknown as Experiment;
  const folder = createRunFolder({ logdir: temporaryFolder(), config: 'a.yaml' });
  const options = withDefaults(trainerParams, trainer);
  return { callbacks: await runCallbacks(experiment, { registry, options, folder, reporter }), warnings };
}

test('max_time is a Timer, before the checkpoints, which hold its time', async () => {
  const { callbacks, warnings } = await callbacksOf({ max_time: '00:00:01:00' });
  assert.equal(Object.keys(callbacks).slice(-2), ['max_time', 'modelcheckpoint']);
  const timer = callbacks.max_time as Timer;
  assert.instance(timer, Timer);
  assert.is(timer.timeRemaining(), 60);
  assert.equal(warnings, []);
  assert.not.ok('max_time' in (await callbacksOf({})).callbacks);
});

test('a Timer of the config comes before max_time, as in Lightning', async () => {
  const own = { target: 'pytorch_lightning.callbacks.Timer', params: { duration: { hours: 1 } } };
  const { callbacks, warnings } = await callbacksOf({ max_time: '00:00:01:00' }, { own });
  assert.not.ok('max_time' in callbacks);
  assert.is((callbacks.own as Timer).timeRemaining(), 3600);
  assert.equal(warnings, ['lightning.trainer.max_time is ignored: a callback Timer says how long to train']);
});

test.run();
