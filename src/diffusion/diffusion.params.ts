import type { Params, ParamsSchema } from '../params.js';
import { trainingProperties, type TrainingPartNames } from '../train/training.params.js';
import { betaScheduleNames } from './beta-schedule.js';
import { lossTypes } from './loss-types.js';

/** Parameters of every diffusion model, under their published names; `ema_decay`, `ucg_training` and `optimizer_config` are ours. */
export const diffusionProperties = {
  unet_config: { component: 'network', description: 'The network that predicts the noise.' },
  timesteps: {
    type: 'integer',
    minimum: 1,
    default: 1000,
    description: 'Steps of the diffusion; with given_betas their number counts.',
  },
  beta_schedule: {
    type: 'string',
    enum: betaScheduleNames,
    default: 'linear',
    description:
      'Growth of the noise; linear and quadratic are a line of square roots, sqrt_linear a line, sqrt its square root.',
  },
  given_betas: {
    type: ['array', 'null'],
    items: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    minItems: 1,
    default: null,
    description: 'The betas themselves, one for each timestep, in the place of a schedule.',
  },
  loss_type: {
    type: 'string',
    enum: lossTypes,
    default: 'l2',
    description: 'Distance between prediction and target: absolute or squared error, or huber, squared up to 1.',
  },
  parameterization: {
    type: 'string',
    enum: ['eps', 'x0', 'v'],
    default: 'eps',
    description: 'What the network predicts: the noise, the image without it, or the velocity between both.',
  },
  linear_start: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1e-4,
    description: 'First beta (of all schedules but cosine).',
  },
  linear_end: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 2e-2,
    description: 'Last beta (of all schedules but cosine).',
  },
  cosine_s: { type: 'number', minimum: 0, default: 8e-3, description: 'Offset of the cosine schedule.' },
  cosine_clip: {
    type: 'array',
    items: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
    minItems: 2,
    maxItems: 2,
    default: [0, 0.999],
    description: 'Least and greatest beta of the cosine schedule.',
  },
  original_elbo_weight: { type: 'number', minimum: 0, default: 0, description: 'Weight of the variational bound.' },
  v_posterior: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'Posterior variance as (1 - v) times the lower bound plus v times the upper.',
  },
  l_simple_weight: { type: 'number', minimum: 0, default: 1, description: 'Weight of the simple loss.' },
  learn_logvar: {
    type: 'boolean',
    default: false,
    description: 'Learn for each timestep the log-variance that its error is weighed by.',
  },
  logvar_init: {
    type: 'number',
    default: 0,
    description: 'That log-variance where it is not learned, else its first.',
  },
  ucg_training: {
    type: ['object', 'null'],
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      required: ['p'],
      properties: {
        p: { type: 'number', minimum: 0, maximum: 1, description: 'How often the condition is left out.' },
        val: {
          type: ['integer', 'string', 'null'],
          default: null,
          description: 'What takes its place; null for the label of no class that the network has, or the empty text.',
        },
      },
    },
    default: null,
    description:
      'Conditions to leave out in training, by their keys in a batch, for guidance in sampling: {class_label: {p: 0.1, val: 10}}.',
  },
  first_stage_key: { type: 'string', default: 'image', description: 'Key of the images in a batch.' },
  image_size: {
    type: 'integer',
    minimum: 1,
    default: 256,
    description: 'Height and width of what is diffused, in pixels.',
  },
  channels: { type: 'integer', minimum: 1, default: 3, description: 'Channels of what is diffused.' },
  log_every_t: {
    type: 'integer',
    minimum: 1,
    default: 100,
    description: 'Timesteps from one image of a diffusion row to the next.',
  },
  use_ema: { type: 'boolean', default: true, description: 'Keep an exponential moving average of the weights.' },
  ema_decay: { type: 'number', minimum: 0, maximum: 1, default: 0.9999, description: 'Decay of that average.' },
  ...trainingProperties('AdamW'),
  use_positional_encodings: {
    type: 'boolean',
    default: false,
    description: 'Has to be false: what it calls was never published.',
  },
  ckpt_path: {
    type: ['string', 'null'],
    default: null,
    description: 'File of weights to begin with: of PyTorch (.ckpt, .pt, .pth), safetensors, or a run.',
  },
  ignore_keys: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description: 'Of that file, leave out the weights whose name begins with one of these.',
  },
  load_only_unet: {
    type: 'boolean',
    default: false,
    description: "Of that file, load the network's weights alone, named diffusion_model.… or model.diffusion_model.….",
  },
} as const;

interface DiffusionSchema extends ParamsSchema {
  readonly additionalProperties: false;
  readonly required: readonly ['unet_config'];
  readonly properties: typeof diffusionProperties;
}

/** The parameters that are components, which constructors take built. */
export type Parts = 'unet_config' | TrainingPartNames;

export type DiffusionParams = Omit<Params<DiffusionSchema>, Parts>;
