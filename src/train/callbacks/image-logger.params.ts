import type { ParamsSchema } from '../../params.js';

export const imageLoggerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    batch_frequency: {
      type: ['integer', 'null'],
      minimum: 1,
      default: 2000,
      description: 'Steps between two sets of images; null for none but the last.',
    },
    max_images: { type: 'integer', minimum: 1, default: 8, description: 'Images of a batch to show.' },
    log_last: { type: 'boolean', default: true, description: 'Whether to draw once more when training ends.' },
  },
} as const satisfies ParamsSchema;
