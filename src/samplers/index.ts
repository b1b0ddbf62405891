export { clipped, corrected, type Correction } from './correction.js';
export { ddim, ddimTimesteps, type DdimOptions } from './ddim.js';
export { ddpm, type DdpmOptions } from './ddpm.js';
export type { Denoiser, Prediction } from './denoiser.js';
export { guided, guidedAtOnce } from './guidance.js';
export type { SamplerOptions } from './sampler.js';
export { samplerNames, type Sampleable, type SampleRequest, type SamplerName } from './sampleable.js';
