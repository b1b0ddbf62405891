import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of VectorQuantizer that VQModel has too, under the same names. */
export const indexParams = {
  remap: {
    type: ['string', 'null'],
    default: null,
    description: 'File (.npy) of the codes in use, to renumber indices by; null keeps the numbers of the codebook.',
  },
  sane_index_shape: {
    type: 'boolean',
    default: false,
    description: 'Whether indices come as [N, H, W] rather than in one row.',
  },
} as const;

/** Parameters of VectorQuantizer, under their published names. */
export const vectorQuantizerParams = {
  type: 'object',
  additionalProperties: false,
  required: ['n_e', 'e_dim'],
  properties: {
    n_e: { type: 'integer', minimum: 1, description: 'Number of codes in the codebook.' },
    e_dim: { type: 'integer', minimum: 1, description: 'Values of each code.' },
    beta: { type: 'number', minimum: 0, default: 0.25, description: 'Weight of the second half of the loss.' },
    ...indexParams,
    unknown_index: {
      anyOf: [
        { type: 'string', enum: ['random', 'extra'] },
        { type: 'integer', minimum: 0 },
      ],
      default: 'random',
      description: 'What remap makes of a code not in use: one drawn at random, an extra index after all, or this one.',
    },
    legacy: {
      type: 'boolean',
      default: true,
      description:
        'Whether beta weighs the half of the loss that moves the codebook, as published, rather than the one that moves the encoder, as meant.',
    },
  },
} as const satisfies ParamsSchema;

export type VectorQuantizerParams = Params<typeof vectorQuantizerParams>;
export type VectorQuantizerParamsInput = ParamsInput<typeof vectorQuantizerParams>;
