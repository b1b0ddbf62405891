import type { Params, ParamsInput, ParamsSchema } from '../../params.js';
import { schedulerBetaNames } from './scheduler-betas.js';
import { timestepSpacings } from './timestep-spacing.js';

/** Parameters that both of diffusers' schedulers have, under their published names. */
const sharedProperties = {
  num_train_timesteps: {
    type: 'integer',
    minimum: 1,
    default: 1000,
    description: 'Timesteps of the diffusion that the network was trained on.',
  },
  beta_start: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 1e-4, description: 'First beta.' },
  beta_end: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 2e-2, description: 'Last beta.' },
  trained_betas: {
    type: ['array', 'null'],
    items: { type: 'number', minimum: 0, maximum: 1 },
    minItems: 1,
    default: null,
    description: 'The betas themselves, one for each timestep, in the place of a schedule.',
  },
  clip_sample: { type: 'boolean', default: true, description: 'Clip predicted images; thresholding comes first.' },
  clip_sample_range: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1,
    description: 'The largest magnitude of a clipped image.',
  },
  prediction_type: {
    type: 'string',
    enum: ['epsilon', 'sample', 'v_prediction'],
    default: 'epsilon',
    description: 'What the network predicts: the noise, the image without it, or the velocity between both.',
  },
  thresholding: {
    type: 'boolean',
    default: false,
    description: 'Cut each predicted image off at a quantile of its magnitudes and divide by that.',
  },
  dynamic_thresholding_ratio: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.995,
    description: 'That quantile.',
  },
  sample_max_value: {
    type: 'number',
    minimum: 1,
    default: 1,
    description: 'The largest value that images are cut off at.',
  },
  timestep_spacing: {
    type: 'string',
    enum: timestepSpacings,
    default: 'leading',
    description: 'How fewer steps are spread over the timesteps: from both ends, from the first, or from the last.',
  },
  steps_offset: {
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Added to the timesteps of leading spacing.',
  },
  rescale_betas_zero_snr: {
    type: 'boolean',
    default: false,
    description: 'Rescale the betas so that the last timestep leaves nothing of the image.',
  },
} as const;

/** Parameters of diffusers' DDIMScheduler. */
export const ddimSchedulerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...sharedProperties,
    beta_schedule: {
      type: 'string',
      enum: ['linear', 'scaled_linear', 'squaredcos_cap_v2'],
      default: 'linear',
      description: 'Growth of the noise: a line, the square of a line of roots, or a cosine.',
    },
    set_alpha_to_one: {
      type: 'boolean',
      default: true,
      description: 'End at the clean image, else at the noise of timestep 0.',
    },
  },
} as const satisfies ParamsSchema;

/** Parameters of diffusers' DDPMScheduler. */
export const ddpmSchedulerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...sharedProperties,
    beta_schedule: {
      type: 'string',
      enum: schedulerBetaNames,
      default: 'linear',
      description: 'Growth of the noise: a line, the square of a line of roots, a cosine, or a sigmoid.',
    },
    variance_type: {
      type: 'string',
      enum: ['fixed_small', 'fixed_small_log', 'fixed_large', 'fixed_large_log', 'learned', 'learned_range'],
      default: 'fixed_small',
      description: 'Variance of a step: the lower bound, the upper one, or what further channels of the network say.',
    },
  },
} as const satisfies ParamsSchema;

export type DDIMSchedulerParams = Params<typeof ddimSchedulerParams>;
export type DDPMSchedulerParams = Params<typeof ddpmSchedulerParams>;
export type DDIMSchedulerOptions = ParamsInput<typeof ddimSchedulerParams>;
export type DDPMSchedulerOptions = ParamsInput<typeof ddpmSchedulerParams>;
