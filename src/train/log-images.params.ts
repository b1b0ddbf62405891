import type { ParamsInput, ParamsSchema } from '../params.js';

const rows = (what: string) =>
  ({ type: 'boolean', description: `Whether to show ${what}; absent as the model has it.` }) as const;

/** Arguments of the published models' `log_images`. A model leaves out what it has no pictures of. */
export const logImagesParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    N: { type: 'integer', minimum: 1, description: 'Images of the batch to show; absent for max_images, the most.' },
    n_row: {
      type: 'integer',
      minimum: 1,
      description: 'Images whose rows towards noise are shown; absent as the model has it.',
    },
    sample: rows('samples'),
    scheduler: {
      component: 'noise-scheduler',
      description: 'Draw samples by a scheduler of diffusers, in ddim_steps steps; absent for our own DDIM.',
    },
    ddim_steps: {
      type: ['integer', 'null'],
      minimum: 1,
      description: 'Steps of the sampler; absent or null for 200.',
    },
    ddim_eta: { type: 'number', minimum: 0, description: 'The noise of DDIM; absent for 1, of a scheduler for 0.' },
    unconditional_guidance_scale: {
      type: 'number',
      minimum: 0,
      description: 'Also show samples under guidance of this scale, where it is above 1; absent for none.',
    },
    return_keys: {
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'Names of the pictures to show; absent, or where none of them is there, all.',
    },
    quantize_denoised: rows('samples that are quantized at each step, which a scheduler has none of'),
    inpaint: rows('inpainting and outpainting'),
    plot_denoise_rows: rows('samples on their way from noise'),
    plot_progressive_rows: rows('the image that each step predicts'),
    plot_diffusion_rows: rows('images on their way to noise'),
    only_inputs: rows('inputs alone'),
  },
} as const satisfies ParamsSchema;

/** What {@link LightningModule.logImages} is asked for, by published names. */
export type LogImagesOptions = ParamsInput<typeof logImagesParams> & {
  /** Images of the batch to show. */
  readonly maxImages: number;
};
