/** How the images of a log are drawn, with latent-diffusion's values: noise in DDIM forgives a young network most. */
export const LOG_SAMPLER = { sampler: 'ddim', steps: 200, eta: 1 } as const;
