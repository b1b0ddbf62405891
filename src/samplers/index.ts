export { ddim, ddimTimesteps, type DdimOptions } from './ddim.js';
export { ddpm, type DdpmOptions } from './ddpm.js';
export type { Denoiser, SamplerOptions } from './sampler.js';
export { samplerNames, type Sampleable, type SampleRequest, type SamplerName } from './sampleable.js';
export { mixFactor, type MixFactorOptions, type MixFactorStep } from './mix-factor.js';
