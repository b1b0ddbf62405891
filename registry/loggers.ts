import { defineComponent, type PlannedComponent } from '../src/config/index.js';
import { tensorBoardLoggerParams } from '../src/logging/tensorboard-logger.params.js';
import { notBuilt } from './callbacks.js';

export const loggers = [
  defineComponent({
    target: 'TensorBoardLogger',
    aliases: [
      'pytorch_lightning.loggers.TensorBoardLogger',
      'pytorch_lightning.loggers.TestTubeLogger',
      'pytorch_lightning.loggers.test_tube.TestTubeLogger',
    ],
    kind: 'logger',
    summary: 'Scalars, images, histograms, text and hyperparameters as event files for TensorBoard.',
    source: 'PyTorch Lightning, TensorBoardLogger',
    params: tensorBoardLoggerParams,
    check: ({ log_graph: graph, create_git_tag: tag }) => [
      ...notBuilt('log_graph', graph),
      ...notBuilt('create_git_tag', tag),
    ],
    load: async () => {
      const { openTensorBoard } = await import('../src/logging/open-tensorboard.js');
      return (params) => openTensorBoard(params);
    },
  }),
];

const instead = 'TensorBoardLogger; metrics.jsonl in the run folder has all values too';

export const plannedLoggers: readonly PlannedComponent[] = [
  {
    target: 'WandbLogger',
    aliases: ['pytorch_lightning.loggers.WandbLogger'],
    kind: 'logger',
    summary: `Weights & Biases. Meanwhile: ${instead}`,
  },
  {
    target: 'CSVLogger',
    aliases: ['pytorch_lightning.loggers.CSVLogger'],
    kind: 'logger',
    summary: `A table of values. Meanwhile: ${instead}`,
  },
];
