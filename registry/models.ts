import { defineComponent } from '../src/config/index.js';
import { ddpmParams } from '../src/diffusion/ddpm.params.js';
import type { LearningRateSchedule } from '../src/optim/index.js';
import type { DiffusionNetwork } from '../src/diffusion/diffusion-wrapper.js';

export const models = [
  defineComponent({
    target: 'DDPM',
    aliases: ['ldm.models.diffusion.ddpm.DDPM'],
    kind: 'model',
    summary: 'Denoising diffusion in pixel space, optionally class-conditional.',
    shapes:
      'batches of images [N, H, W, channels] in [-1, 1] under first_stage_key, and labels [N] under cond_stage_key with classes',
    source: 'Ho et al. 2020; latent-diffusion, ldm/models/diffusion/ddpm.py',
    params: ddpmParams,
    needs: ({ ckpt_path: file }) =>
      file ? [{ path: ['ckpt_path'], file, what: 'a file of weights (.ckpt, .pt, .safetensors)', initial: true }] : [],
    load: async () => {
      const { DDPM } = await import('../src/diffusion/ddpm.js');
      return ({ unet_config, scheduler_config, ...options }, build) =>
        new DDPM(build<DiffusionNetwork>(unet_config), {
          ...options,
          ...(scheduler_config !== undefined && { schedule: build<LearningRateSchedule>(scheduler_config) }),
        });
    },
  }),
];
