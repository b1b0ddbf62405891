import type { LearningRateSchedule, OptimizerFactory } from '../optim/index.js';
import type { ParamsInput, ParamsSchema } from '../params.js';

/** Parameters that say how a model is trained, and which checkpoint is best. @param optimizer where none is given */
export const trainingProperties = (optimizer: 'Adam' | 'AdamW') =>
  ({
    scheduler_config: { component: 'lr-schedule', description: 'Learning rate over the steps; constant where absent.' },
    optimizer_config: {
      component: 'optimizer',
      description: `What trains the weights; absent, ${optimizer} with PyTorch's defaults.`,
    },
    monitor: {
      type: ['string', 'null'],
      default: 'val/loss',
      description: 'The metric that says which checkpoint is best; null for none.',
    },
  }) as const;

/** Those of them that are components, which constructors take built. */
export type TrainingPartNames = 'scheduler_config' | 'optimizer_config';

/** How a model is trained. */
export interface TrainingParts {
  /** The factor of the learning rate at each step; 1 where there is none. */
  readonly schedule?: LearningRateSchedule;
  /** The model's own choice where there is none. */
  readonly optimizer?: OptimizerFactory;
}

/** What a constructor takes besides its parts, of the parameters that a schema declares. */
export type OptionsOf<S extends ParamsSchema, P extends string> = Omit<ParamsInput<S>, P> & TrainingParts;
