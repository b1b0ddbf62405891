import type { Params, ParamsSchema } from '../params.js';
import { trainingProperties, type OptionsOf } from '../train/training.params.js';
import type { Parts } from './diffusion.params.js';

/** Parameters of CorruptionModel; where DDPM has the same, under its names. */
export const corruptionModelParams = {
  type: 'object',
  additionalProperties: false,
  required: ['unet_config'],
  properties: {
    unet_config: {
      component: 'network',
      description: 'The network that predicts the clean image; told timestep 0 of every image.',
    },
    timesteps: {
      type: 'integer',
      minimum: 1,
      default: 40,
      description: 'Steps that samples are drawn in where none are asked for, and the most that can be.',
    },
    denoise_steps: {
      type: 'integer',
      minimum: 1,
      default: 5,
      description: 'Steps of the samples that are shown on their way from noise.',
    },
    first_stage_key: { type: 'string', default: 'image', description: 'Key of the images in a batch.' },
    image_size: { type: 'integer', minimum: 1, default: 28, description: 'Height and width of the images, in pixels.' },
    channels: { type: 'integer', minimum: 1, default: 1, description: 'Channels of the images.' },
    ...trainingProperties('Adam'),
  },
} as const satisfies ParamsSchema;

export type CorruptionModelParams = Omit<Params<typeof corruptionModelParams>, Parts>;
export type CorruptionModelOptions = OptionsOf<typeof corruptionModelParams, Parts>;
