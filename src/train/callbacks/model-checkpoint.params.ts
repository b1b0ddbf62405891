import type { ParamsSchema } from '../../params.js';
import { durationParts } from '../duration.params.js';

/** Parameters of ModelCheckpoint, under Lightning's names. */
export const modelCheckpointParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    every_n_train_steps: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Steps between two checkpoints; null to save at epoch ends.',
    },
    every_n_epochs: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Epochs between two checkpoints; 1 where nothing else says when.',
    },
    train_time_interval: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: durationParts,
      default: null,
      description: 'Time between two checkpoints, e.g. {minutes: 30}.',
    },
    save_on_train_epoch_end: {
      type: ['boolean', 'null'],
      default: null,
      description: 'Save at the end of epochs, or else after validations; null for what has the monitored value anew.',
    },
    monitor: {
      type: ['string', 'null'],
      default: null,
      description: 'The logged value that says which checkpoints are best; of modelcheckpoint, that of the model.',
    },
    mode: { enum: ['min', 'max'], default: 'min', description: 'Whether lower or higher values are better.' },
    save_top_k: {
      type: ['integer', 'null'],
      minimum: -1,
      default: null,
      description:
        'Best checkpoints to keep beside last.ckpt; -1 for all. null: 1 with a monitor, 3 with that of the model, else 0.',
    },
    save_last: {
      type: ['boolean', 'null'],
      default: null,
      description: 'Whether to write last.ckpt, from which a run goes on; null: of modelcheckpoint yes, of others no.',
    },
    dirpath: {
      type: ['string', 'null'],
      default: null,
      description: "Folder of the best checkpoints; null for the run's. last.ckpt is always there.",
    },
    filename: {
      type: ['string', 'null'],
      default: null,
      description: 'Their name: {epoch:06}, {step} or a logged value, {val/loss:.3f}; null for {epoch:06}.',
    },
    auto_insert_metric_name: {
      type: 'boolean',
      default: true,
      description: 'Write epoch=000012 for {epoch:06}, not 000012.',
    },
    save_weights_only: {
      type: ['boolean', 'null'],
      default: null,
      description: 'Keep only weights of the best ones; last.ckpt holds all that a run needs to go on.',
    },
    verbose: { type: 'boolean', default: false, description: 'Tell of each checkpoint that is kept.' },
  },
} as const satisfies ParamsSchema;
