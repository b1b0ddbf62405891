import type { Params, ParamsInput, ParamsSchema } from '../../params.js';
import { halfUNetProperties, halfUNetRequired } from './half-unet.params.js';

/** Parameters of EncoderUNetModel, under their published names. */
export const encoderUNetModelParams = {
  type: 'object',
  additionalProperties: false,
  required: halfUNetRequired,
  properties: {
    image_size: {
      type: 'integer',
      minimum: 1,
      description: 'Height and width of the input, in pixels; attention pooling takes no other.',
    },
    ...halfUNetProperties,
    num_heads: {
      type: 'integer',
      minimum: -1,
      default: 1,
      description: 'Attention heads; -1 to give num_head_channels.',
    },
    dims: {
      type: 'integer',
      enum: [2],
      default: 2,
      description: 'Spatial dimensions: images only, as the published pooling takes no sequences.',
    },
    pool: {
      type: 'string',
      enum: ['adaptive', 'attention', 'spatial', 'spatial_v2'],
      default: 'adaptive',
      description: 'How positions become one vector: mean, attention, or the means of all levels through two layers.',
    },
  },
} as const satisfies ParamsSchema;

export type EncoderUNetModelParams = Params<typeof encoderUNetModelParams>;
export type EncoderUNetModelParamsInput = ParamsInput<typeof encoderUNetModelParams>;
