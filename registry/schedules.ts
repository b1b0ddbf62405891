import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { cyclesParams, warmUpCosineParams } from '../src/optim/lr-schedule.params.js';
import type { CyclesOptions } from '../src/optim/lr-schedule.js';
import { constantParams, constantWithWarmUpParams, cosineWithWarmUpParams } from '../src/optim/warm-up.params.js';

const source = 'latent-diffusion, ldm/lr_scheduler.py';

/** The published constructor asserts it. */
function checkCycles(params: CyclesOptions): ParamProblem[] {
  const cycles = params.cycle_lengths.length;
  return (['warm_up_steps', 'f_min', 'f_max', 'f_start'] as const)
    .filter((name) => params[name].length !== cycles)
    .map((name) => ({
      path: [name],
      problem: 'needs one value for each cycle',
      found: `${params[name].length} values`,
      expected: `${cycles}, as many as cycle_lengths has`,
    }));
}

/** Where Hugging Face has a schedule: in diffusers, and before that in transformers. */
function published(name: string): string[] {
  return ['diffusers.optimization', 'transformers', 'transformers.optimization'].map((module) => `${module}.${name}`);
}

export const schedules = [
  defineComponent({
    target: 'LambdaWarmUpCosineScheduler',
    aliases: ['ldm.lr_scheduler.LambdaWarmUpCosineScheduler'],
    kind: 'lr-schedule',
    summary: 'Warm-up, then half a cosine.',
    source,
    params: warmUpCosineParams,
    load: async () => {
      const { warmUpCosine } = await import('../src/optim/lr-schedule.js');
      return (params) => warmUpCosine(params);
    },
  }),
  defineComponent({
    target: 'LambdaWarmUpCosineScheduler2',
    aliases: ['ldm.lr_scheduler.LambdaWarmUpCosineScheduler2'],
    kind: 'lr-schedule',
    summary: 'Cycles of a warm-up and half a cosine.',
    source,
    params: cyclesParams,
    check: checkCycles,
    load: async () => {
      const { warmUpCosineCycles } = await import('../src/optim/lr-schedule.js');
      return (params) => warmUpCosineCycles(params);
    },
  }),
  defineComponent({
    target: 'LambdaLinearScheduler',
    aliases: ['ldm.lr_scheduler.LambdaLinearScheduler'],
    kind: 'lr-schedule',
    summary: 'Cycles of a warm-up and a line.',
    source,
    params: cyclesParams,
    check: checkCycles,
    load: async () => {
      const { linearCycles } = await import('../src/optim/lr-schedule.js');
      return (params) => linearCycles(params);
    },
  }),
  defineComponent({
    target: 'ConstantSchedule',
    aliases: published('get_constant_schedule'),
    kind: 'lr-schedule',
    summary: 'The whole rate at every step.',
    source: 'Hugging Face diffusers, optimization.py',
    params: constantParams,
    load: async () => {
      const { constant } = await import('../src/optim/warm-up.js');
      return () => constant();
    },
  }),
  defineComponent({
    target: 'ConstantScheduleWithWarmup',
    aliases: published('get_constant_schedule_with_warmup'),
    kind: 'lr-schedule',
    summary: 'A warm-up, then the whole rate.',
    source: 'Hugging Face diffusers, optimization.py',
    params: constantWithWarmUpParams,
    load: async () => {
      const { constantWithWarmUp } = await import('../src/optim/warm-up.js');
      return (params) => constantWithWarmUp(params);
    },
  }),
  defineComponent({
    target: 'CosineScheduleWithWarmup',
    aliases: published('get_cosine_schedule_with_warmup'),
    kind: 'lr-schedule',
    summary: 'A warm-up, then a cosine down to 0.',
    source: 'Hugging Face diffusers, optimization.py',
    params: cosineWithWarmUpParams,
    load: async () => {
      const { cosineWithWarmUp } = await import('../src/optim/warm-up.js');
      return (params) => cosineWithWarmUp(params);
    },
  }),
];
