import type { ParamsSchema } from '../../params.js';

export const deviceStatisticsParams = {
  type: 'object',
  additionalProperties: false,
  properties: {},
} as const satisfies ParamsSchema;
