import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { betaScheduleNames, makeBetaSchedule } from '../../src/diffusion/beta-schedule.js';
import {
  linearCycles,
  warmUpCosine,
  warmUpCosineCycles,
  type CyclesOptions,
  type WarmUpCosineOptions,
} from '../../src/optim/lr-schedule.js';
import { ddimTimesteps } from '../../src/samplers/index.js';
import { readGolden } from '../support/golden.js';

const golden = readGolden('schedules');

for (const name of betaScheduleNames) {
  test(`betas of the ${name} schedule`, () => {
    const found = makeBetaSchedule(name, 1000, { linearStart: 0.0015, linearEnd: 0.0195, cosineS: 8e-3 });
    const expected = golden.get(`out.betas.${name}`).data as Float64Array;
    expected.forEach((beta, t) => {
      assert.ok(Math.abs((found[t] ?? NaN) - beta) <= 1e-12, `beta ${t}: ${String(found[t])} and ${beta}`);
    });
  });
}

for (const steps of [50, 7]) {
  test(`DDIM's timesteps for ${steps} steps`, () => {
    assert.equal(ddimTimesteps(steps, 1000), [...golden.ints(`out.ddim_timesteps.uniform.${steps}`)]);
  });
}

test("DDIM's timesteps: every one, and none that is not there", () => {
  assert.equal(ddimTimesteps(4, 4), [0, 1, 2, 3]);
  assert.throws(() => ddimTimesteps(5, 4), /expected 1 to 4 steps, found 5/);
  assert.throws(() => ddimTimesteps(0, 4), /expected 1 to 4 steps, found 0/);
});

test('learning-rate schedules at the published steps', () => {
  const published = readGolden('lr_schedulers');
  const cosine = JSON.parse(published.metadata.cosine_params ?? '{}') as WarmUpCosineOptions;
  const cycles = JSON.parse(published.metadata.two_cycle_params ?? '{}') as CyclesOptions;
  for (const [name, schedule] of [
    ['LambdaWarmUpCosineScheduler', warmUpCosine(cosine)],
    ['LambdaWarmUpCosineScheduler2', warmUpCosineCycles(cycles)],
    ['LambdaLinearScheduler', linearCycles(cycles)],
  ] as const) {
    const expected = [...(published.get(`out.${name}`).data as Float64Array)];
    const steps = [...published.ints('in.steps')];
    steps.forEach((step, i) => {
      assert.ok(Math.abs(schedule(step) - (expected[i] ?? NaN)) < 1e-6, `${name} at step ${step}`);
    });
  }
});

test.run();
