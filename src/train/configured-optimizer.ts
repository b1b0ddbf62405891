import type { LearningRateSchedule, OptimizerFactory } from '../optim/index.js';
import type { LightningModule, OptimizerConfig } from './lightning-module.js';
import type { TrainingParts } from './training.params.js';

/**
 * The one optimizer of a module, for all that is trained of it, at the module's rate times the factor of the step.
 * @param fallback where none is given
 */
export function configuredOptimizer(
  module: LightningModule,
  { schedule, optimizer }: TrainingParts,
  fallback: OptimizerFactory,
): OptimizerConfig {
  return {
    optimizer: (optimizer ?? fallback)(module.trainableParameters()),
    learningRate: scheduledRate(module, schedule),
    isScheduled: schedule !== undefined,
  };
}

/** A module's learning rate at each step: its own times the schedule's factor, if there is a schedule. */
export function scheduledRate(
  module: Pick<LightningModule, 'learningRate'>,
  schedule: LearningRateSchedule | undefined,
): (step: number) => number {
  return (step) => module.learningRate * (schedule?.(step) ?? 1);
}
