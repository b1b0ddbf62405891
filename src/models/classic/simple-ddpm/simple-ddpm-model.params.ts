import type { Params, ParamsInput, ParamsSchema } from '../../../params.js';

/** Parameters of SimpleDDPMModel; all but `max_time_step` are constants in the article. */
export const simpleDDPMModelParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    max_time_step: {
      type: 'integer',
      minimum: 1,
      default: 100,
      description: "Number of timesteps that have an embedding: the diffusion's timesteps, or more.",
    },
    in_channels: { type: 'integer', minimum: 1, default: 1, description: 'Channels of the input.' },
    out_channels: { type: 'integer', minimum: 1, default: 1, description: 'Channels of the output.' },
    filter_nums: {
      type: 'array',
      items: { type: 'integer', minimum: 8, multipleOf: 8 },
      minItems: 1,
      default: [128, 256, 512],
      description: 'Channels of each level; the image is halved once per level.',
    },
    num_classes: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Number of classes for conditioning on a class label (adm), 10 in the article; null for none.',
    },
    mask_ratio: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.15,
      description: 'Share of the training batches that are shown without their labels.',
    },
  },
} as const satisfies ParamsSchema;

export type SimpleDDPMModelParams = Params<typeof simpleDDPMModelParams>;
export type SimpleDDPMModelParamsInput = ParamsInput<typeof simpleDDPMModelParams>;
