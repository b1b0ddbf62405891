import type { ParamsSchema } from '../params.js';

/** Parameters of CompVis's `main.DataModuleFromConfig`. */
export const dataModuleParams = {
  type: 'object',
  additionalProperties: false,
  required: ['batch_size'],
  properties: {
    batch_size: { type: 'integer', minimum: 1, description: 'Examples per batch.' },
    num_workers: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Batches that are prepared ahead; null chooses.',
    },
    wrap: {
      type: 'boolean',
      default: false,
      description: 'Without effect: every data set has a loader around it.',
    },
    use_worker_init_fn: {
      type: 'boolean',
      default: false,
      description: 'Without effect: there are no workers with random state of their own.',
    },
    shuffle_val_dataloader: {
      type: 'boolean',
      default: false,
      description: 'Whether to shuffle the validation set, anew in every epoch.',
    },
    shuffle_test_loader: { type: 'boolean', default: false, description: 'Whether to shuffle the test set.' },
    train: { component: 'dataset', description: 'The training set; absent for none.' },
    validation: { component: 'dataset', description: 'The validation set; absent for none.' },
    test: { component: 'dataset', description: 'The test set; absent for none.' },
    predict: { component: 'dataset', description: 'The set to predict on; absent for none.' },
  },
} as const satisfies ParamsSchema;
