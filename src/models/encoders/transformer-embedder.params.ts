import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of TransformerEmbedder, under their published names. */
export const transformerEmbedderParams = {
  type: 'object',
  additionalProperties: false,
  required: ['n_embed', 'n_layer', 'vocab_size'],
  properties: {
    n_embed: { type: 'integer', minimum: 1, description: 'Length of the vector of a token.' },
    n_layer: { type: 'integer', minimum: 0, description: 'Transformer layers.' },
    vocab_size: { type: 'integer', minimum: 1, description: 'Number of different tokens.' },
    max_seq_len: { type: 'integer', minimum: 1, default: 77, description: 'The most tokens of an input.' },
    device: { type: 'string', description: 'Without effect: --engine chooses where everything runs.' },
  },
} as const satisfies ParamsSchema;

export type TransformerEmbedderParams = Params<typeof transformerEmbedderParams>;
export type TransformerEmbedderParamsInput = ParamsInput<typeof transformerEmbedderParams>;
