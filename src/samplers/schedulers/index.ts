export { DDIMScheduler, type DdimStepOptions } from './ddim-scheduler.js';
export { DDPMScheduler } from './ddpm-scheduler.js';
export { NoiseScheduler, type SchedulerStep, type VarianceNoise } from './noise-scheduler.js';
