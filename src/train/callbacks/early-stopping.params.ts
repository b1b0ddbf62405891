import type { ParamsSchema } from '../../params.js';

/** Parameters of EarlyStopping, under Lightning's names. */
export const earlyStoppingParams = {
  type: 'object',
  additionalProperties: false,
  required: ['monitor'],
  properties: {
    monitor: { type: 'string', description: 'The logged value that is to improve.' },
    min_delta: { type: 'number', minimum: 0, default: 0, description: 'The least change that is an improvement.' },
    patience: { type: 'integer', minimum: 0, default: 3, description: 'Checks without improvement before the stop.' },
    mode: { enum: ['min', 'max'], default: 'min', description: 'Whether lower or higher values are better.' },
    strict: { type: 'boolean', default: true, description: 'Fail where nothing of that name is logged.' },
    check_finite: { type: 'boolean', default: true, description: 'Stop when the value is NaN or infinite.' },
    stopping_threshold: {
      type: ['number', 'null'],
      default: null,
      description: 'Stop once the value is better than this.',
    },
    divergence_threshold: {
      type: ['number', 'null'],
      default: null,
      description: 'Stop once the value is worse than this.',
    },
    check_on_train_epoch_end: {
      type: ['boolean', 'null'],
      default: null,
      description: 'Check at the end of training epochs; otherwise after validations.',
    },
    verbose: { type: 'boolean', default: false, description: 'Tell of each improvement.' },
  },
} as const satisfies ParamsSchema;
