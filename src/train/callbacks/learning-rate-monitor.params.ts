import type { ParamsSchema } from '../../params.js';

/** Parameters of LearningRateMonitor, under Lightning's names. */
export const learningRateMonitorParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    logging_interval: {
      enum: ['step', 'epoch', null],
      default: null,
      description:
        'When to log: at the steps that are logged, or as each epoch begins; null: at these steps, and rates without a schedule at both.',
    },
    log_momentum: {
      type: 'boolean',
      default: false,
      description: "Log each optimizer's momentum too, or its first beta, as lr-AdamW-momentum.",
    },
  },
} as const satisfies ParamsSchema;
