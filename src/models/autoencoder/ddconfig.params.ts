import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of Encoder and Decoder, which share one map of them, `ddconfig`. */
export const ddconfigParams = {
  type: 'object',
  additionalProperties: false,
  required: ['ch', 'out_ch', 'num_res_blocks', 'attn_resolutions', 'in_channels', 'resolution', 'z_channels'],
  properties: {
    ch: { type: 'integer', minimum: 1, description: 'Channels of the first level.' },
    out_ch: { type: 'integer', minimum: 1, description: 'Channels of the reconstruction.' },
    ch_mult: {
      type: 'array',
      items: { type: 'integer', minimum: 1 },
      minItems: 1,
      default: [1, 2, 4, 8],
      description: 'Channels of each level as multiples of ch; each level but the last halves height and width.',
    },
    num_res_blocks: {
      type: 'integer',
      minimum: 1,
      description: 'Residual blocks per level of the encoder; the decoder has one more.',
    },
    attn_resolutions: {
      type: 'array',
      items: { type: 'integer', minimum: 1 },
      description: 'Heights in pixels, counted from resolution, at which there is self-attention.',
    },
    dropout: { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0, description: 'Probability of dropping.' },
    resamp_with_conv: {
      type: 'boolean',
      default: true,
      description: 'Whether down- and up-sampling have a convolution of their own.',
    },
    in_channels: { type: 'integer', minimum: 1, description: 'Channels of the images.' },
    resolution: {
      type: 'integer',
      minimum: 1,
      description:
        'Height and width of the images in pixels, to place attention by; the networks take any that the levels divide.',
    },
    z_channels: { type: 'integer', minimum: 1, description: 'Channels of the encoding.' },
    double_z: {
      type: 'boolean',
      default: true,
      description: 'Whether the encoder gives mean and log-variance, twice z_channels: true for KL, false for VQ.',
    },
    give_pre_end: {
      type: 'boolean',
      default: false,
      description: 'Whether the decoder stops before its last normalization and convolution.',
    },
    tanh_out: { type: 'boolean', default: false, description: 'Whether the decoder ends in a tanh.' },
    use_linear_attn: { type: 'boolean', default: false, description: 'The same as attn_type: linear.' },
    attn_type: {
      type: 'string',
      enum: ['vanilla', 'linear', 'none'],
      default: 'vanilla',
      description: 'Self-attention over all pairs of positions, linear in the positions, or none.',
    },
  },
} as const satisfies ParamsSchema;

export type Ddconfig = Params<typeof ddconfigParams>;
export type DdconfigInput = ParamsInput<typeof ddconfigParams>;
