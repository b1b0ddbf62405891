import type { Params, ParamsInput, ParamsSchema } from '../params.js';

/** The options of `lightning.trainer`, under Lightning's names; each is a command-line flag too. */
export const trainerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    max_epochs: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description:
        'Stop after this many epochs; null for no limit but max_steps (1000 epochs where that is unset too).',
    },
    max_steps: { type: 'integer', minimum: -1, default: -1, description: 'Stop at this global step; -1 for no limit.' },
    log_every_n_steps: { type: 'integer', minimum: 1, default: 50, description: 'Steps between two logged values.' },
    check_val_every_n_epoch: {
      type: 'integer',
      minimum: 1,
      default: 1,
      description: 'Epochs between two validations at an epoch end.',
    },
    val_check_interval: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Steps between two validations inside an epoch; null to validate at epoch ends.',
    },
    limit_val_batches: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Batches of each validation; null for all, 0 for no validation.',
    },
    // Lightning's spellings. The engine is started with it, before there is a trainer.
    precision: {
      enum: [32, '32', '32-true', 'bf16-mixed', 'bf16'],
      default: 32,
      description:
        'What to compute in: 32, or bf16-mixed for bfloat16 convolutions and matrix products (engine torch only).',
    },
  },
} as const satisfies ParamsSchema;

export type TrainerParams = Params<typeof trainerParams>;
export type TrainerParamsInput = ParamsInput<typeof trainerParams>;
