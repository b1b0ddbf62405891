import type { ParamsSchema } from '../../params.js';

/** Parameters of HistogramLogger. */
export const histogramLoggerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    every_n_train_steps: { type: 'integer', minimum: 1, default: 500, description: 'Steps between two sets.' },
    weights: { type: 'boolean', default: true, description: 'Log the weights as the step leaves them.' },
    gradients: { type: 'boolean', default: true, description: 'Log the gradients of the step, before clipping.' },
    bins: { type: 'integer', minimum: 1, maximum: 1000, default: 64, description: 'Buckets of each histogram.' },
    include: {
      type: ['string', 'null'],
      default: null,
      description: 'Regular expression that the names of parameters are chosen by; null for all.',
    },
  },
} as const satisfies ParamsSchema;
