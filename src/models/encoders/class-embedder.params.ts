import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of ClassEmbedder, under their published names. */
export const classEmbedderParams = {
  type: 'object',
  additionalProperties: false,
  required: ['embed_dim'],
  properties: {
    embed_dim: { type: 'integer', minimum: 1, description: 'Length of the vector of a class.' },
    n_classes: { type: 'integer', minimum: 1, default: 1000, description: 'Number of classes.' },
    key: { type: 'string', default: 'class', description: 'Name of the class labels in a batch.' },
  },
} as const satisfies ParamsSchema;

export type ClassEmbedderParams = Params<typeof classEmbedderParams>;
export type ClassEmbedderParamsInput = ParamsInput<typeof classEmbedderParams>;
