import type { ParamsSchema } from '../params.js';

/** Parameters of TensorBoardLogger and TestTubeLogger, under Lightning's names. */
export const tensorBoardLoggerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    save_dir: {
      type: ['string', 'null'],
      default: null,
      description: "Folder of the event files; null for tensorboard/ of the run's.",
    },
    name: { type: ['string', 'null'], default: null, description: 'Folder in it.' },
    version: {
      type: ['integer', 'string', 'null'],
      default: null,
      description: "Folder in that; null for the run's name where save_dir is given, else none.",
    },
    log_graph: { type: 'boolean', default: false, description: 'Not built: log the graph of the model.' },
    default_hp_metric: {
      type: 'boolean',
      default: true,
      description: 'No effect: every scalar is a metric of the HParams page.',
    },
    debug: { type: 'boolean', default: false, description: 'No effect.' },
    create_git_tag: { type: 'boolean', default: false, description: 'Not built: tag the commit in git.' },
  },
} as const satisfies ParamsSchema;
