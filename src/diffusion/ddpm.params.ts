import type { Params, ParamsSchema } from '../params.js';
import type { OptionsOf } from '../train/training.params.js';
import { diffusionProperties, type Parts } from './diffusion.params.js';

/** Parameters of DDPM, under their published names; `cond_stage_key` is ours. */
export const ddpmParams = {
  type: 'object',
  additionalProperties: false,
  required: ['unet_config'],
  properties: {
    ...diffusionProperties,
    clip_denoised: { type: 'boolean', default: true, description: 'Clip predicted images to [-1, 1] when sampling.' },
    conditioning_key: {
      enum: ['adm', null],
      default: null,
      description: 'How the condition enters the network: adm for class labels, null for none.',
    },
    cond_stage_key: { type: 'string', default: 'class_label', description: 'Key of the condition in a batch.' },
  },
} as const satisfies ParamsSchema;

export type DDPMParams = Params<typeof ddpmParams>;
export type DDPMOptions = OptionsOf<typeof ddpmParams, Parts>;
