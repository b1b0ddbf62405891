/** How a small image is made of a large one, in latent-diffusion's names; see degrade.ts. */
export const DEGRADATIONS = [
  'cv_nearest',
  'cv_bilinear',
  'cv_bicubic',
  'cv_area',
  'cv_lanczos',
  'pil_nearest',
  'pil_bilinear',
  'pil_bicubic',
  'pil_box',
  'pil_hamming',
  'pil_lanczos',
  'bsrgan',
  'bsrgan_light',
] as const;

export type Degradation = (typeof DEGRADATIONS)[number];
