import type { ParamsSchema } from '../../params.js';

/** Parameters of LearningRateMonitor, under Lightning's names. */
export const learningRateMonitorParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    logging_interval: {
      enum: ['step', 'epoch', null],
      default: null,
      description: 'When to log: at the steps that are logged (also where null), or as each epoch begins.',
    },
    log_momentum: { type: 'boolean', default: false, description: 'Not built: log the momentum too.' },
  },
} as const satisfies ParamsSchema;
