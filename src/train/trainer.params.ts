import type { Params, ParamsInput, ParamsSchema } from '../params.js';
import { duration } from './duration.params.js';

/** The options of `lightning.trainer` that the trainer follows, under Lightning's names. */
export const trainerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    max_epochs: {
      type: ['integer', 'null'],
      minimum: -1,
      default: null,
      description:
        'Stop after this many epochs; null or -1 for no limit but max_steps (null: 1000 epochs where that is unset too).',
    },
    min_epochs: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Epochs before which neither early stopping nor max_time stops.',
    },
    max_steps: {
      type: ['integer', 'null'],
      minimum: -1,
      default: -1,
      description: 'Stop at this global step; -1 for no limit.',
    },
    max_time: {
      ...duration,
      default: null,
      description: 'Stop after this time, as the callback Timer does; null for no limit.',
    },
    min_steps: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Steps before which neither early stopping nor max_time stops.',
    },
    accumulate_grad_batches: {
      type: ['integer', 'null'],
      minimum: 1,
      default: 1,
      description:
        'Batches whose mean gradient one step takes; an epoch ends with a step, on fewer where they are left.',
    },
    gradient_clip_val: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'Bound of the gradients of a step; null or 0 for none.',
    },
    gradient_clip_algorithm: {
      enum: ['norm', 'value', null],
      default: 'norm',
      description: 'What is bound: the norm of all gradients together, or each value.',
    },
    limit_train_batches: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'Batches of each epoch; below 1 (or written 1.0) a fraction of them; null for all.',
    },
    limit_val_batches: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'Batches of each validation, a number or a fraction; null for all, 0 for no validation.',
    },
    limit_test_batches: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'Batches of a test, a number or a fraction; null for all, 0 for no test.',
    },
    overfit_batches: {
      type: ['number', 'null'],
      minimum: 0,
      default: 0,
      description:
        'Train and validate on the first batches of the training set alone, unshuffled: a number or a fraction.',
    },
    fast_dev_run: {
      type: ['boolean', 'integer'],
      minimum: 0,
      default: false,
      description:
        'Run one batch (or this many) of training, validation and test to see whether all works; saves and logs nothing.',
    },
    num_sanity_val_steps: {
      type: ['integer', 'null'],
      minimum: -1,
      default: 2,
      description: 'Batches validated before training, to find mistakes early; -1 for all, 0 for none.',
    },
    val_check_interval: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      default: null,
      description:
        'Batches between two validations, or below 1 the fraction of an epoch; null (or 1.0) to validate at epoch ends.',
    },
    check_val_every_n_epoch: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        'Epochs between two that validate. Given, val_check_interval counts within an epoch; null: across epochs.',
    },
    log_every_n_steps: { type: 'integer', minimum: 1, default: 50, description: 'Steps between two logged values.' },
    // Lightning's spellings. The engine is started with it, before there is a trainer.
    precision: {
      enum: [32, '32', '32-true', 'bf16-mixed', 'bf16'],
      default: 32,
      description:
        'What to compute in: 32, or bf16-mixed for bfloat16 convolutions and matrix products (engine torch only).',
    },
    detect_anomaly: {
      type: ['boolean', 'null'],
      default: false,
      description: 'Stop when a loss or a gradient is not finite, naming it.',
    },
    terminate_on_nan: {
      type: ['boolean', 'null'],
      default: false,
      description: 'The same as detect_anomaly, under its former name.',
    },
    enable_progress_bar: { type: ['boolean', 'null'], default: true, description: 'Show progress and validations.' },
    progress_bar_refresh_rate: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: '0 shows no progress; otherwise the bar follows the clock.',
    },
    enable_checkpointing: { type: ['boolean', 'null'], default: true, description: 'Save checkpoints.' },
    checkpoint_callback: {
      type: ['boolean', 'null'],
      default: true,
      description: 'The same as enable_checkpointing, under its former name.',
    },
    logger: {
      type: ['boolean', 'null'],
      default: true,
      description: 'Whether to log at all; lightning.logger says where to.',
    },
    resume_from_checkpoint: {
      type: ['string', 'null'],
      default: null,
      description: 'Checkpoint to go on from in a new run folder; --resume goes on in the same one.',
    },
  },
} as const satisfies ParamsSchema;

export type TrainerParams = Params<typeof trainerParams>;
export type TrainerParamsInput = ParamsInput<typeof trainerParams>;
