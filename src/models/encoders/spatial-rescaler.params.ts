import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of SpatialRescaler, under their published names. */
export const spatialRescalerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    n_stages: { type: 'integer', minimum: 0, default: 1, description: 'How often the input is rescaled in a row.' },
    method: {
      enum: ['nearest', 'linear', 'bilinear', 'trilinear', 'bicubic', 'area'],
      default: 'bilinear',
      description:
        'Interpolation: of images nearest, bilinear, bicubic or area; linear is for sequences, trilinear for volumes.',
    },
    multiplier: { type: 'number', exclusiveMinimum: 0, default: 0.5, description: 'Factor of each stage.' },
    in_channels: { type: 'integer', minimum: 1, default: 3, description: 'Channels of the input, with out_channels.' },
    out_channels: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Channels to map to by a 1x1 convolution after rescaling; null for no such convolution.',
    },
    bias: { type: 'boolean', default: false, description: 'Whether that convolution has a bias.' },
  },
} as const satisfies ParamsSchema;

export type SpatialRescalerParams = Params<typeof spatialRescalerParams>;
export type SpatialRescalerParamsInput = ParamsInput<typeof spatialRescalerParams>;
