import type { ParamsSchema } from '../params.js';

/** Parameters of CompVis's `main.DataModuleFromConfig`. */
export const dataModuleParams = {
  type: 'object',
  additionalProperties: false,
  required: ['batch_size'],
  properties: {
    batch_size: { type: 'integer', minimum: 1, description: 'examples per batch' },
    num_workers: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'how many batches are prepared ahead; null chooses',
    },
    wrap: {
      type: 'boolean',
      default: false,
      description: 'accepted for CompVis’s configs; has no meaning here, where every data set is wrapped by a loader',
    },
    use_worker_init_fn: {
      type: 'boolean',
      default: false,
      description: 'accepted for CompVis’s configs; has no meaning here, where workers hold no random state',
    },
    shuffle_val_dataloader: {
      type: 'boolean',
      default: false,
      description: 'shuffle the validation set, anew in every epoch',
    },
    shuffle_test_loader: { type: 'boolean', default: false, description: 'shuffle the test set' },
    train: { component: 'dataset', description: 'the training set' },
    validation: { component: 'dataset', description: 'the validation set' },
    test: { component: 'dataset', description: 'the test set' },
    predict: { component: 'dataset', description: 'the set to predict on' },
  },
} as const satisfies ParamsSchema;
