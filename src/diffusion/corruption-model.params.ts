import type { Params, ParamsSchema } from '../params.js';
import type { OptionsOf, Parts } from './diffusion.params.js';

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
    scheduler_config: { component: 'lr-schedule', description: 'Learning rate over the steps; constant where absent.' },
    optimizer_config: {
      component: 'optimizer',
      description: "What trains the weights; absent, Adam with PyTorch's defaults.",
    },
    monitor: {
      type: ['string', 'null'],
      default: 'val/loss',
      description: 'The metric that says which checkpoint is best; null for none.',
    },
  },
} as const satisfies ParamsSchema;

export type CorruptionModelParams = Omit<Params<typeof corruptionModelParams>, Parts>;
export type CorruptionModelOptions = OptionsOf<typeof corruptionModelParams>;
