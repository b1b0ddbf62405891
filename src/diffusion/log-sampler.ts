import type { LogImagesOptions } from '../train/lightning-module.js';

/**
 * How the images of a log are drawn where `log_images_kwargs` does not say: latent-diffusion's values, for noise in DDIM
 * forgives a young network most.
 */
const DEFAULTS = { steps: 200, eta: 1 };

/** @param timesteps those of the model, the most steps that there can be */
export function logSampler({ ddim_steps: steps, ddim_eta: eta }: LogSamplerOptions, timesteps: number) {
  return {
    sampler: 'ddim',
    steps: Math.min(steps ?? DEFAULTS.steps, timesteps),
    eta: eta ?? DEFAULTS.eta,
  } as const;
}

type LogSamplerOptions = Pick<LogImagesOptions, 'ddim_steps' | 'ddim_eta'>;

/** The name of samples under guidance, as Stable Diffusion 2 has it. */
export function guidedName(scale: number): string {
  return `samples_cfg_scale_${scale.toFixed(2)}`;
}
