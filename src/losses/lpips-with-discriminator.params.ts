import type { Params, ParamsInput, ParamsSchema } from '../params.js';
import { adversarialProperties } from './adversarial.params.js';

/** Parameters of LPIPSWithDiscriminator, under their published names. */
export const lpipsWithDiscriminatorParams = {
  type: 'object',
  additionalProperties: false,
  required: ['disc_start'],
  properties: {
    ...adversarialProperties,
    logvar_init: { type: 'number', default: 0, description: "First value of the output's trained log-variance." },
    kl_weight: { type: 'number', minimum: 0, default: 1, description: "Weight of the posterior's KL divergence." },
  },
} as const satisfies ParamsSchema;

export type LPIPSWithDiscriminatorParams = Params<typeof lpipsWithDiscriminatorParams>;
export type LPIPSWithDiscriminatorParamsInput = ParamsInput<typeof lpipsWithDiscriminatorParams>;
