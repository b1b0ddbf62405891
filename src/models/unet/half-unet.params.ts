/** What UNetModel and EncoderUNetModel both take, under the published names. */
export const halfUNetRequired = [
  'image_size',
  'in_channels',
  'out_channels',
  'model_channels',
  'num_res_blocks',
  'attention_resolutions',
] as const;

export const halfUNetProperties = {
  in_channels: { type: 'integer', minimum: 1, description: 'Channels of the input.' },
  out_channels: { type: 'integer', minimum: 1, description: 'Channels of the output.' },
  model_channels: { type: 'integer', minimum: 1, description: 'Channels of the first level.' },
  num_res_blocks: { type: 'integer', minimum: 1, description: 'Residual blocks per level.' },
  attention_resolutions: {
    type: 'array',
    items: { type: 'integer', minimum: 1 },
    description: 'Down-sampling factors (1, 2, 4 …) at which there is attention.',
  },
  dropout: { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0, description: 'Probability of dropping.' },
  channel_mult: {
    type: 'array',
    items: { type: 'integer', minimum: 1 },
    minItems: 1,
    default: [1, 2, 4, 8],
    description: 'Channels of each level as multiples of model_channels; one level per entry.',
  },
  conv_resample: {
    type: 'boolean',
    default: true,
    description: 'Whether down- and up-sampling have a convolution of their own.',
  },
  num_head_channels: {
    type: 'integer',
    minimum: -1,
    default: -1,
    description: 'Channels per attention head; -1 to give num_heads.',
  },
  num_heads_upsample: {
    type: 'integer',
    minimum: -1,
    default: -1,
    description: 'Attention heads on the way up (legacy); -1 for num_heads.',
  },
  use_checkpoint: {
    type: 'boolean',
    default: false,
    description: 'Recompute residual, attention and transformer blocks in the backward pass: less memory, same bits.',
  },
  use_fp16: {
    type: 'boolean',
    default: false,
    description: 'Has to be false: float16 is not supported; bfloat16 is set by lightning.trainer.precision.',
  },
  use_scale_shift_norm: {
    type: 'boolean',
    default: false,
    description: 'Condition by scale and shift of a normalization rather than by addition.',
  },
  resblock_updown: {
    type: 'boolean',
    default: false,
    description: 'Down- and up-sample by residual blocks.',
  },
  use_new_attention_order: {
    type: 'boolean',
    default: false,
    description: 'Split q, k and v before the heads, not after: another order of the same weights.',
  },
  norm_num_groups: {
    type: 'integer',
    minimum: 1,
    default: 32,
    description: 'Groups of every group normalization; 32 in the publication. Fewer allow fewer channels.',
  },
} as const;
