export { ddim, ddimTimesteps, type DdimOptions } from './ddim.js';
export { ddpm } from './ddpm.js';
export type { Denoiser, SamplerOptions } from './sampler.js';
