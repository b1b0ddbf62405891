import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of BasicUNet. */
export const basicUNetParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    in_channels: { type: 'integer', minimum: 1, default: 1, description: 'Channels of the input.' },
    out_channels: { type: 'integer', minimum: 1, default: 1, description: 'Channels of the output.' },
  },
} as const satisfies ParamsSchema;

export type BasicUNetParams = Params<typeof basicUNetParams>;
export type BasicUNetParamsInput = ParamsInput<typeof basicUNetParams>;
