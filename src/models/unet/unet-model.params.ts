import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of UNetModel, under their published names. */
export const unetModelParams = {
  type: 'object',
  additionalProperties: false,
  required: ['image_size', 'in_channels', 'out_channels', 'model_channels', 'num_res_blocks', 'attention_resolutions'],
  properties: {
    image_size: {
      description: 'Height and width of the input, in pixels; the network itself takes any that the levels divide.',
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'array', items: { type: 'integer', minimum: 1 } },
      ],
    },
    in_channels: { type: 'integer', minimum: 1, description: 'Channels of the input.' },
    out_channels: { type: 'integer', minimum: 1, description: 'Channels of the output.' },
    model_channels: { type: 'integer', minimum: 1, description: 'Channels of the first level.' },
    num_res_blocks: { type: 'integer', minimum: 1, description: 'Residual blocks per level.' },
    attention_resolutions: {
      type: 'array',
      items: { type: 'integer', minimum: 1 },
      description: 'Down-sampling factors (1, 2, 4 …) at which there is self-attention.',
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
    num_classes: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Number of classes for conditioning on a class label (adm); null for none.',
    },
    num_heads: {
      type: 'integer',
      minimum: -1,
      default: -1,
      description: 'Attention heads; -1 to give num_head_channels.',
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
      description: 'Attention heads on the way up; -1 for num_heads.',
    },
    use_checkpoint: {
      type: 'boolean',
      default: false,
      description: 'Recompute residual and attention blocks in the backward pass: less memory, more time, same bits.',
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
  },
} as const satisfies ParamsSchema;

export type UNetModelParams = Params<typeof unetModelParams>;
export type UNetModelParamsInput = ParamsInput<typeof unetModelParams>;
