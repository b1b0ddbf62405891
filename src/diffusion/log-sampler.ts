import { NoiseScheduler, type SampleRequest } from '../samplers/index.js';
import type { LogImagesOptions } from '../train/lightning-module.js';

/**
 * How the images of a log are drawn where `log_images_kwargs` does not say: latent-diffusion's values, for noise in DDIM
 * forgives a young network most.
 */
const DEFAULTS = { steps: 200, eta: 1 };

/** @param timesteps those of the model, the most steps that there can be */
export function logSampler(
  { scheduler, ddim_steps: steps, ddim_eta: eta }: LogSamplerOptions,
  timesteps: number,
): Pick<SampleRequest, 'sampler' | 'steps' | 'eta'> {
  const isScheduled = scheduler instanceof NoiseScheduler;
  return {
    sampler: isScheduled ? scheduler : 'ddim',
    steps: Math.min(steps ?? DEFAULTS.steps, timesteps),
    // A scheduler is taken as diffusers has it.
    eta: eta ?? (isScheduled ? 0 : DEFAULTS.eta),
  };
}

export type LogSamplerOptions = Pick<LogImagesOptions, 'scheduler' | 'ddim_steps' | 'ddim_eta'>;

/** The name of samples under guidance, as Stable Diffusion 2 has it. */
export function guidedName(scale: number): string {
  return `samples_cfg_scale_${scale.toFixed(2)}`;
}
