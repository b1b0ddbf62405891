import type { LearningRateSchedule } from '../optim/index.js';
import type { Params, ParamsInput, ParamsSchema } from '../params.js';

/** Parameters of DDPM, under their published names; `cond_stage_key` and `ema_decay` are ours. */
export const ddpmParams = {
  type: 'object',
  additionalProperties: false,
  required: ['unet_config'],
  properties: {
    unet_config: { component: 'network', description: 'The network that predicts the noise.' },
    timesteps: { type: 'integer', minimum: 1, default: 1000, description: 'Steps of the diffusion.' },
    beta_schedule: {
      type: 'string',
      enum: ['linear', 'cosine'],
      default: 'linear',
      description: 'Growth of the noise.',
    },
    loss_type: { type: 'string', enum: ['l2'], default: 'l2', description: 'Distance between prediction and target.' },
    parameterization: { type: 'string', enum: ['eps'], default: 'eps', description: 'What the network predicts.' },
    linear_start: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1e-4,
      description: 'First beta (linear).',
    },
    linear_end: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 2e-2, description: 'Last beta (linear).' },
    cosine_s: { type: 'number', minimum: 0, default: 8e-3, description: 'Offset of the cosine schedule.' },
    original_elbo_weight: { type: 'number', minimum: 0, default: 0, description: 'Weight of the variational bound.' },
    v_posterior: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      description: 'Posterior variance as (1 - v) times the lower bound plus v times the upper.',
    },
    l_simple_weight: { type: 'number', minimum: 0, default: 1, description: 'Weight of the simple loss.' },
    first_stage_key: { type: 'string', default: 'image', description: 'Key of the images in a batch.' },
    image_size: {
      type: 'integer',
      minimum: 1,
      default: 256,
      description: 'Height and width of the images, in pixels.',
    },
    channels: { type: 'integer', minimum: 1, default: 3, description: 'Channels of the images.' },
    clip_denoised: { type: 'boolean', default: true, description: 'Clip predicted images to [-1, 1] when sampling.' },
    conditioning_key: {
      enum: ['adm', null],
      default: null,
      description: 'How the condition enters the network: adm for class labels, null for none.',
    },
    cond_stage_key: { type: 'string', default: 'class_label', description: 'Key of the condition in a batch.' },
    use_ema: { type: 'boolean', default: true, description: 'Keep an exponential moving average of the weights.' },
    ema_decay: { type: 'number', minimum: 0, maximum: 1, default: 0.9999, description: 'Decay of that average.' },
    scheduler_config: { component: 'lr-schedule', description: 'Learning rate over the steps; constant where absent.' },
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
      description:
        "Of that file, load the network's weights alone, named diffusion_model.… or model.diffusion_model.….",
    },
    monitor: { type: 'string', description: 'The metric that says which checkpoint is best; absent for none.' },
  },
} as const satisfies ParamsSchema;

export type DDPMParams = Params<typeof ddpmParams>;
/** The parameters that are components, which the constructor takes built. */
type Parts = 'unet_config' | 'scheduler_config';

/** What the constructor takes besides the network. */
export type DDPMOptions = Omit<ParamsInput<typeof ddpmParams>, Parts> & { readonly schedule?: LearningRateSchedule };
