import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DDIMScheduler, DDPMScheduler } from '../src/samplers/schedulers/index.js';
import { noiseSchedulers } from './noise-schedulers.js';
import { registry } from './index.js';

const test = suite('noise schedulers');

test("diffusers' names build them", async () => {
  for (const [name, made] of [
    ['diffusers.DDIMScheduler', DDIMScheduler],
    ['diffusers.schedulers.scheduling_ddpm.DDPMScheduler', DDPMScheduler],
  ] as const) {
    const component = registry.resolve(name);
    assert.ok(component, name);
    const make = (await component.load()) as (params: object) => unknown;
    assert.instance(make({ num_train_timesteps: 10 }), made);
  }
});

test('trained betas are as many as the timesteps', () => {
  for (const { check } of noiseSchedulers) {
    const rule = check as unknown as (params: object) => readonly { path: readonly unknown[]; found?: string }[];
    assert.equal(rule({ num_train_timesteps: 2, trained_betas: [0.1, 0.2] }), []);
    assert.equal(rule({ num_train_timesteps: 2, trained_betas: null }), []);
    const [problem] = rule({ num_train_timesteps: 3, trained_betas: [0.1, 0.2] });
    assert.equal([problem?.path, problem?.found], [['trained_betas'], '2']);
  }
});

test.run();
