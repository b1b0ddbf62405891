export { DDIMScheduler, type DdimStepOptions } from './ddim-scheduler.js';
export { DDPMScheduler } from './ddpm-scheduler.js';
export { NoiseScheduler, type SchedulerStep, type StepOptions, type VarianceNoise } from './noise-scheduler.js';
export { scheduled, type NetworkOutput, type ScheduledOptions } from './scheduled.js';
export {
  requireMatch,
  scheduleMatch,
  type PredictionType,
  type ScheduleMatch,
  type TrainedSchedule,
} from './schedule-match.js';
