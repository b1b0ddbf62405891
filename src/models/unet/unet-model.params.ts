import type { Params, ParamsInput, ParamsSchema } from '../../params.js';
import { halfUNetProperties, halfUNetRequired } from './half-unet.params.js';

/** Parameters of UNetModel, under their published names. */
export const unetModelParams = {
  type: 'object',
  additionalProperties: false,
  required: halfUNetRequired,
  properties: {
    image_size: {
      description: 'Height and width of the input, in pixels; the network itself takes any that the levels divide.',
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'array', items: { type: 'integer', minimum: 1 } },
      ],
    },
    ...halfUNetProperties,
    num_heads: {
      type: 'integer',
      minimum: -1,
      default: -1,
      description: 'Attention heads; -1 to give num_head_channels.',
    },
    dims: {
      type: 'integer',
      enum: [1, 2],
      default: 2,
      description: 'Spatial dimensions: 2 for images, 1 for sequences.',
    },
    num_classes: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Number of classes for conditioning on a class label (adm); null for none.',
    },
    use_spatial_transformer: {
      type: 'boolean',
      default: false,
      description: 'Attend by transformers that also attend to a context (crossattn); needs context_dim.',
    },
    transformer_depth: {
      type: 'integer',
      minimum: 1,
      default: 1,
      description: 'Blocks of each spatial transformer.',
    },
    context_dim: {
      description: 'Channels of the context, one number or a list of one; null without spatial transformers.',
      default: null,
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: 1 },
        { type: 'null' },
      ],
    },
    n_embed: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Predict this many logits of codebook indices in place of out_channels; null to predict an image.',
    },
    legacy: {
      type: 'boolean',
      default: true,
      description: "The publication's first rule for the channels of a head; false for the later models' rule.",
    },
  },
} as const satisfies ParamsSchema;

export type UNetModelParams = Params<typeof unetModelParams>;
export type UNetModelParamsInput = ParamsInput<typeof unetModelParams>;
