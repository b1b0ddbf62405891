import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { ddimSchedulerParams, ddpmSchedulerParams } from '../src/samplers/schedulers/noise-scheduler.params.js';

/** What the published constructor lets pass, to fail at a timestep that has no beta. */
function checkTrainedBetas({
  num_train_timesteps: timesteps,
  trained_betas: betas,
}: {
  readonly num_train_timesteps: number;
  readonly trained_betas: readonly number[] | null;
}): ParamProblem[] {
  if (!betas || betas.length === timesteps) return [];
  return [
    {
      path: ['trained_betas'],
      problem: 'needs one beta for each timestep',
      found: String(betas.length),
      expected: `${timesteps}, as num_train_timesteps says`,
    },
  ];
}

export const noiseSchedulers = [
  defineComponent({
    target: 'DDIMScheduler',
    aliases: published('DDIMScheduler', 'scheduling_ddim'),
    kind: 'noise-scheduler',
    summary: 'Denoising diffusion implicit models, one step at a time.',
    source: 'Song et al. 2021; diffusers, schedulers/scheduling_ddim.py',
    params: ddimSchedulerParams,
    check: checkTrainedBetas,
    load: async () => {
      const { DDIMScheduler } = await import('../src/samplers/schedulers/ddim-scheduler.js');
      return (params) => new DDIMScheduler(params);
    },
  }),
  defineComponent({
    target: 'DDPMScheduler',
    aliases: published('DDPMScheduler', 'scheduling_ddpm'),
    kind: 'noise-scheduler',
    summary: 'Ancestral sampling of a diffusion, one step at a time.',
    source: 'Ho et al. 2020; diffusers, schedulers/scheduling_ddpm.py',
    params: ddpmSchedulerParams,
    check: checkTrainedBetas,
    load: async () => {
      const { DDPMScheduler } = await import('../src/samplers/schedulers/ddpm-scheduler.js');
      return (params) => new DDPMScheduler(params);
    },
  }),
];

function published(name: string, file: string): string[] {
  return [`diffusers.${name}`, `diffusers.schedulers.${name}`, `diffusers.schedulers.${file}.${name}`];
}
