import type { Params, ParamsInput, ParamsSchema } from '../../../params.js';

/** Parameters of UNet2DModel, under their published names. */
export const unet2DModelParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    sample_size: {
      description: 'Height and width of the input, in pixels; the network itself takes any that the levels divide.',
      default: null,
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 2, maxItems: 2 },
        { type: 'null' },
      ],
    },
    in_channels: { type: 'integer', minimum: 1, default: 3, description: 'Channels of the input.' },
    out_channels: { type: 'integer', minimum: 1, default: 3, description: 'Channels of the output.' },
    center_input_sample: {
      type: 'boolean',
      default: false,
      description: 'Map the input from [0, 1] to [-1, 1] first.',
    },
    time_embedding_type: {
      enum: ['positional', 'fourier', 'learned'],
      default: 'positional',
      description:
        'How a timestep becomes a vector: sines and cosines, random Fourier features of its logarithm (the result is ' +
        'then divided by the timestep, which must not be 0), or a trained vector each.',
    },
    freq_shift: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Frequency shift of the positional embedding; 1 reaches the longest period exactly.',
    },
    flip_sin_to_cos: {
      type: 'boolean',
      default: true,
      description: 'Whether the positional embedding has its cosines before its sines.',
    },
    down_block_types: {
      type: 'array',
      items: { enum: ['DownBlock2D', 'AttnDownBlock2D', 'ResnetDownsampleBlock2D'] },
      minItems: 1,
      default: ['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
      description: 'The block of each level on the way down.',
    },
    up_block_types: {
      type: 'array',
      items: { enum: ['UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D'] },
      minItems: 1,
      default: ['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
      description: 'The block of each level on the way up.',
    },
    block_out_channels: {
      type: 'array',
      items: { type: 'integer', minimum: 1 },
      minItems: 1,
      default: [224, 448, 672, 896],
      description: 'Channels of each level.',
    },
    layers_per_block: { type: 'integer', minimum: 1, default: 2, description: 'Residual blocks per level.' },
    mid_block_scale_factor: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1,
      description: 'What the middle block divides its sums by.',
    },
    downsample_padding: {
      enum: [0, 1],
      default: 1,
      description: 'Zeros around the image before a down-sampling convolution; 0 pads bottom and right only.',
    },
    downsample_type: {
      enum: ['conv', 'resnet'],
      default: 'conv',
      description: 'Whether AttnDownBlock2D down-samples by a convolution or by a residual block.',
    },
    upsample_type: {
      enum: ['conv', 'resnet'],
      default: 'conv',
      description: 'Whether AttnUpBlock2D up-samples by a convolution or by a residual block.',
    },
    dropout: { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0, description: 'Probability of dropping.' },
    act_fn: {
      enum: ['silu', 'swish', 'mish', 'gelu', 'relu'],
      default: 'silu',
      description: 'Activation in the residual blocks.',
    },
    attention_head_dim: {
      type: ['integer', 'null'],
      minimum: 1,
      default: 8,
      description: 'Channels per attention head; null for one head.',
    },
    norm_num_groups: { type: 'integer', minimum: 1, default: 32, description: 'Groups of the group normalizations.' },
    attn_norm_num_groups: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        "Groups of the normalization in the middle block's attention; null for norm_num_groups, or for no " +
        'normalization where resnet_time_scale_shift is scale_shift.',
    },
    norm_eps: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1e-5,
      description: 'What is added to variances before the root is taken.',
    },
    resnet_time_scale_shift: {
      enum: ['default', 'scale_shift'],
      default: 'default',
      description: 'Condition by addition, or by scale and shift of a normalization.',
    },
    add_attention: { type: 'boolean', default: true, description: 'Whether the middle block has attention.' },
    class_embed_type: {
      enum: ['timestep', 'identity', null],
      default: null,
      description:
        'How class labels are embedded: as num_class_embeds trained vectors (null), like timesteps, or not at all ' +
        'because embeddings are given in their place.',
    },
    num_class_embeds: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Number of classes for conditioning on a class label (adm); null for none.',
    },
    num_train_timesteps: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Number of timesteps that have a learned embedding; for time_embedding_type learned.',
    },
  },
} as const satisfies ParamsSchema;

export type UNet2DModelParams = Params<typeof unet2DModelParams>;
export type UNet2DModelParamsInput = ParamsInput<typeof unet2DModelParams>;
