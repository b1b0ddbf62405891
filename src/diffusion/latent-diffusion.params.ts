import type { Params, ParamsSchema } from '../params.js';
import { conditioningKeys } from './conditioning-key.js';
import type { OptionsOf } from '../train/training.params.js';
import { diffusionProperties, type Parts } from './diffusion.params.js';

/** Parameters of LatentDiffusion, under their published names. */
export const latentDiffusionParams = {
  type: 'object',
  additionalProperties: false,
  required: ['unet_config', 'first_stage_config', 'cond_stage_config'],
  properties: {
    ...diffusionProperties,
    first_stage_config: {
      component: 'first-stage',
      description: 'The autoencoder whose latent images are diffused; it is not trained.',
    },
    cond_stage_config: {
      component: ['conditioner', 'first-stage', 'identity'],
      description:
        'What makes conditions of what the batch has; __is_first_stage__ for the first stage, __is_unconditional__ for none.',
    },
    num_timesteps_cond: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        'Noise the condition, too: most of all, but at the first so many timesteps in so many steps; null for 1, without noise.',
    },
    cond_stage_key: { type: 'string', default: 'image', description: 'Key of the condition in a batch.' },
    cond_stage_trainable: {
      type: 'boolean',
      default: false,
      description: 'Train the conditioner with the network rather than to leave it as it is.',
    },
    cond_stage_forward: {
      type: ['string', 'null'],
      default: null,
      description: "The conditioner's method to call; null for encode, or forward where it has none.",
    },
    concat_mode: {
      type: 'boolean',
      default: true,
      description: 'What conditioning_key is where none is given: concat, or with false crossattn.',
    },
    conditioning_key: {
      enum: [...conditioningKeys, null],
      default: null,
      description:
        'How the condition enters the network: joined to the image (concat), attended to (crossattn), both (hybrid) or as a class label (adm); null for what concat_mode says.',
    },
    scale_factor: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1,
      description: "What the first stage's latent images are multiplied by, for a standard deviation near 1.",
    },
    scale_by_std: {
      type: ['boolean', 'integer'],
      minimum: 1,
      default: false,
      description:
        'Measure scale_factor on the first batch of a training, or with a number on so many of its first epoch; it is kept with the weights.',
    },
    cache_latents: {
      type: ['boolean', 'string'],
      default: false,
      description:
        'Keep what the first stage makes of each image in this folder on the disk, so that none is encoded twice; true: in .cache/latents of the working folder.',
    },
    split_input_config: {
      component: 'patches',
      description:
        'Patches that images are cut into and that are computed one by one; absent, images are computed whole.',
    },
    clip_denoised: {
      type: 'boolean',
      default: true,
      description: 'Without effect, as published: latent images are not clipped.',
    },
  },
} as const satisfies ParamsSchema;

export type LatentDiffusionParams = Params<typeof latentDiffusionParams>;
/** The parameters that are components, which constructors take built. */
export type LatentParts = Parts | 'first_stage_config' | 'cond_stage_config' | 'split_input_config';
export type LatentDiffusionOptions = OptionsOf<typeof latentDiffusionParams, LatentParts>;
