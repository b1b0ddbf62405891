import type { ParamsInput, ParamsSchema } from '../params.js';

/** Parameters of IdentityFirstStage; as published, those of any other first stage may stand beside and are not used. */
export const identityFirstStageParams = {
  type: 'object',
  additionalProperties: true,
  properties: {
    vq_interface: {
      type: 'boolean',
      default: false,
      description: 'Whether quantize returns what a codebook would: quant, with neither loss nor indices.',
    },
  },
} as const satisfies ParamsSchema;

export type IdentityFirstStageParamsInput = ParamsInput<typeof identityFirstStageParams>;
