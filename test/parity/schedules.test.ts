import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeBetaSchedule } from '../../src/diffusion/beta-schedule.js';
import {
  linearCycles,
  warmUpCosine,
  warmUpCosineCycles,
  type CyclesOptions,
  type WarmUpCosineOptions,
} from '../../src/optim/lr-schedule.js';
import { constant, constantWithWarmUp, cosineWithWarmUp } from '../../src/optim/warm-up.js';
import { ddimTimesteps } from '../../src/samplers/index.js';
import { readGolden } from '../support/golden.js';

const golden = readGolden('schedules');

for (const name of ['linear', 'cosine', 'sqrt_linear', 'sqrt'] as const) {
  test(`betas of the ${name} schedule`, () => {
    const found = makeBetaSchedule(name, 1000, { linearStart: 0.0015, linearEnd: 0.0195, cosineS: 8e-3 });
    const expected = golden.get(`out.betas.${name}`).data as Float64Array;
    expected.forEach((beta, t) => {
      assert.ok(Math.abs((found[t] ?? NaN) - beta) <= 1e-12, `beta ${t}: ${String(found[t])} and ${beta}`);
    });
  });
}

for (const [published, name] of [
  ['linear', 'sqrt_linear'],
  ['quadratic', 'quadratic'],
  ['sigmoid', 'sigmoid'],
  ['cosine', 'cosine'],
] as const) {
  test(`betas of the article's ${published} schedule`, () => {
    const found = makeBetaSchedule(name, 300, { cosineClip: [1e-4, 0.9999] });
    const expected = readGolden('ddpm_article_schedules').get(`out.${published}`).data as Float32Array;
    assert.is(found.length, expected.length);
    expected.forEach((beta, t) => {
      // The article computes in float32, the cosine's from differences of numbers near 1.
      const tolerance = name === 'cosine' ? 1e-5 : 1e-7;
      assert.ok(Math.abs((found[t] ?? NaN) - beta) <= tolerance, `beta ${t}: ${String(found[t])} and ${beta}`);
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

/** To nine digits: what a product of rates rounds to is of no concern. */
const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(9)));

test('learning-rate schedules at their first step, at their last and beyond', () => {
  const cosine = warmUpCosine({ warm_up_steps: 4, lr_start: 0.2, lr_max: 1, lr_min: 0.1, max_decay_steps: 8 });
  assert.equal(rounded([0, 3, 4, 6, 8, 9, 1e9].map(cosine)), [0.2, 0.8, 1, 0.55, 0.1, 0.1, 0.1]);
  const cycles = { warm_up_steps: [2, 0], f_start: [0, 1], f_max: [1, 1], f_min: [0.5, 0], cycle_lengths: [4, 10] };
  assert.equal(rounded([0, 1, 2, 4, 5, 14, 1e9].map(linearCycles(cycles))), [0, 0.5, 0.75, 0.5, 0.9, 0, 0]);
  assert.equal(rounded([0, 1, 2, 4, 9, 14, 1e9].map(warmUpCosineCycles(cycles))), [0, 0.5, 1, 0.5, 0.5, 0, 0]);
});

test('a constant rate, from the first step or after a warm-up', () => {
  assert.equal([0, 1, 1e9].map(constant()), [1, 1, 1]);
  assert.equal([0, 1, 3, 4, 5, 1e9].map(constantWithWarmUp({ num_warmup_steps: 4 })), [0, 0.25, 0.75, 1, 1, 1]);
  assert.equal([0, 1].map(constantWithWarmUp({ num_warmup_steps: 0 })), [1, 1]);
});

test("diffusers' cosine with a warm-up, also at the edges", () => {
  const steps = [0, 1, 2, 4, 6, 8, 10];
  const given = { num_warmup_steps: 2, num_training_steps: 10 };
  const eighth = (i: number) => 0.5 * (1 + Math.cos((Math.PI * i) / 4));
  assert.equal(rounded(steps.map(cosineWithWarmUp(given))), rounded([0, 0.5, 1, eighth(1), 0.5, eighth(3), 0]));
  // As published: the wave goes on.
  assert.equal(rounded([12, 14, 18].map(cosineWithWarmUp(given))), rounded([eighth(3), 0.5, 1]));
  assert.equal(rounded(steps.map(cosineWithWarmUp({ ...given, num_cycles: 1 }))), [0, 0.5, 1, 0.5, 0, 0.5, 1]);
  assert.equal([0, 10].map(cosineWithWarmUp({ ...given, num_cycles: 0 })), [0, 1]);
  assert.equal(rounded([0, 5, 10].map(cosineWithWarmUp({ num_warmup_steps: 0, num_training_steps: 10 }))), [1, 0.5, 0]);
  // A training shorter than its warm-up.
  assert.equal([0, 5, 9].map(cosineWithWarmUp({ num_warmup_steps: 10, num_training_steps: 5 })), [0, 0.5, 0.9]);
});

test.run();
