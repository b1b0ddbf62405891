import type { ParamsSchema } from '../../params.js';

export const modelCheckpointParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    every_n_train_steps: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Steps between two checkpoints; null to save at epoch ends.',
    },
    every_n_epochs: { type: 'integer', minimum: 1, default: 1, description: 'Epochs between two checkpoints.' },
  },
} as const satisfies ParamsSchema;
