import { defineComponent } from '../src/config/index.js';
import type { ConditioningSource } from '../src/diffusion/conditioning-stage.js';
import { corruptionModelParams } from '../src/diffusion/corruption-model.params.js';
import { ddpmParams } from '../src/diffusion/ddpm.params.js';
import type { DiffusionNetwork } from '../src/diffusion/diffusion-wrapper.js';
import type { FirstStage } from '../src/diffusion/first-stage.js';
import type { SplitInput } from '../src/diffusion/patches/split-input.js';
import { latentDiffusionParams } from '../src/diffusion/latent-diffusion.params.js';
import { initialWeightsNeeded } from './initial-weights.js';
import { checkCorruptionModel } from './corruption-checks.js';
import { checkDDPM } from './diffusion-checks.js';
import { checkLatentDiffusion } from './latent-diffusion-checks.js';
import { trainingParts } from './training-parts.js';

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
    check: checkDDPM,
    needs: initialWeightsNeeded(),
    load: async () => {
      const { DDPM } = await import('../src/diffusion/ddpm.js');
      return ({ unet_config, scheduler_config, optimizer_config, ...options }, build) =>
        new DDPM(build<DiffusionNetwork>(unet_config), {
          ...options,
          ...trainingParts({ scheduler_config, optimizer_config }, build),
        });
    },
  }),
  defineComponent({
    target: 'LatentDiffusion',
    aliases: ['ldm.models.diffusion.ddpm.LatentDiffusion'],
    kind: 'model',
    summary: 'Denoising diffusion in the latent space of a first stage, optionally conditioned.',
    shapes:
      'batches of images [N, H, W, C] in [-1, 1] under first_stage_key, which the first stage makes [N, channels, image_size, image_size] of, and conditions under cond_stage_key',
    source: 'Rombach et al. 2022; latent-diffusion, ldm/models/diffusion/ddpm.py',
    params: latentDiffusionParams,
    check: checkLatentDiffusion,
    needs: initialWeightsNeeded(),
    load: async () => {
      const { LatentDiffusion } = await import('../src/diffusion/latent-diffusion.js');
      return (
        {
          unet_config,
          first_stage_config,
          cond_stage_config,
          split_input_config: split,
          scheduler_config,
          optimizer_config,
          ...options
        },
        build,
      ) =>
        new LatentDiffusion(
          {
            network: build<DiffusionNetwork>(unet_config),
            firstStage: build<FirstStage>(first_stage_config),
            conditioning: build<ConditioningSource>(cond_stage_config),
            ...(split !== undefined && { split: build<SplitInput>(split) }),
          },
          { ...options, ...trainingParts({ scheduler_config, optimizer_config }, build) },
        );
    },
  }),
  defineComponent({
    target: 'CorruptionModel',
    kind: 'model',
    summary: 'Learns to undo a mixture with uniform noise, and draws images by undoing it step by step.',
    shapes: 'batches of images [N, H, W, channels] in [-1, 1] under first_stage_key',
    source: 'Hugging Face diffusion course, unit 1, "Diffusion models from scratch"',
    params: corruptionModelParams,
    check: checkCorruptionModel,
    load: async () => {
      const { CorruptionModel } = await import('../src/diffusion/corruption-model.js');
      return ({ unet_config, scheduler_config, optimizer_config, ...options }, build) =>
        new CorruptionModel(build<DiffusionNetwork>(unet_config), {
          ...options,
          ...trainingParts({ scheduler_config, optimizer_config }, build),
        });
    },
  }),
];
