import type { Build } from '../src/config/index.js';
import type { TrainingParts } from '../src/train/training.params.js';
import type { LearningRateSchedule, OptimizerFactory } from '../src/optim/index.js';

/** How a model is trained, built of the components that its parameters name. */
export function trainingParts(
  {
    scheduler_config: schedule,
    optimizer_config: optimizer,
  }: { scheduler_config?: unknown; optimizer_config?: unknown },
  build: Build,
): TrainingParts {
  return {
    ...(schedule !== undefined && { schedule: build<LearningRateSchedule>(schedule) }),
    ...(optimizer !== undefined && { optimizer: build<OptimizerFactory>(optimizer) }),
  };
}
