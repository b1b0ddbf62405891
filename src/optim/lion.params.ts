import type { ParamsSchema } from '../params.js';
import { betas } from './adam.params.js';

/** Parameters of Lion. */
export const lionParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    betas: {
      ...betas,
      default: [0.9, 0.99],
      description: 'Decay of the moment in the direction of a step, and as it is kept.',
    },
    weight_decay: { type: 'number', minimum: 0, default: 0, description: 'Decoupled weight decay.' },
  },
} as const satisfies ParamsSchema;
