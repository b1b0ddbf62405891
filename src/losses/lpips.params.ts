import type { ParamsSchema } from '../params.js';

/** Parameters of LPIPS: the published one can be told nothing that changes its values. */
export const lpipsParams = {
  type: 'object',
  additionalProperties: false,
  properties: {},
} as const satisfies ParamsSchema;
