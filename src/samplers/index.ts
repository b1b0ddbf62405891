export { clipped, corrected, type Correction } from './correction.js';
export { ddim, type DdimOptions } from './ddim.js';
export { ddimEncode, type DdimEncodeOptions } from './ddim-encode.js';
export { ddpm, type DdpmOptions } from './ddpm.js';
export { ddimTimesteps, discretizations, type Discretization } from './discretization.js';
export { dpmSolverPlusPlus, type DpmSolverOptions } from './dpm-solver-plus-plus.js';
export { euler, type EulerOptions } from './euler.js';
export { guided, guidedAtOnce, guidedOutput } from './guidance.js';
export { heun, type HeunOptions } from './heun.js';
export { mixFactor, type MixFactorOptions, type MixFactorStep } from './mix-factor.js';
export { plms, type PlmsOptions } from './plms.js';
export { atNoiseLevel, fromImage, fromNoise, fromVelocity, type Denoiser, type Prediction } from './prediction.js';
export {
  isSampleable,
  samplerNames,
  type ConditionedBy,
  type ConditionExamples,
  type InitImage,
  type Sampleable,
  type SampleRequest,
  type Sampler,
  type SamplerName,
} from './sampleable.js';
export type { KnownImage, SamplerOptions } from './sampler.js';
export { samplers, type AnySamplerOptions } from './samplers.js';
export {
  NoiseScheduler,
  requireMatch,
  scheduled,
  scheduleMatch,
  type NetworkOutput,
  type PredictionType,
  type ScheduledOptions,
  type ScheduleMatch,
  type TrainedSchedule,
} from './schedulers/index.js';
