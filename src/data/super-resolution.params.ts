import type { ParamsSchema } from '../params.js';
import { DEGRADATIONS } from './degradations.js';
import { maxBroken } from './image.params.js';
import { openImagesRoot } from './open-images.params.js';

/** What `ImageNetSR` and `SuperresOpenImagesAdvanced` share. */
export const superResolutionProperties = {
  size: { type: 'integer', minimum: 1, description: 'Side of the square images, in pixels.' },
  degradation: {
    enum: DEGRADATIONS,
    description:
      'How LR_image is made: scaled as OpenCV (cv_) or Pillow (pil_) do, or blurred, scaled, given noise and ' +
      'compressed at random as BSRGAN does.',
  },
  downscale_f: { type: 'integer', minimum: 1, default: 4, description: 'How many times smaller LR_image is.' },
  min_crop_f: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 0.5,
    description: 'The square that is cut out has at least this part of the shorter side.',
  },
  max_crop_f: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: 'And at most this part; in between, each as likely.',
  },
  random_crop: {
    type: 'boolean',
    default: true,
    description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
  },
  max_broken: maxBroken,
} as const;

/** Parameters of `SuperresOpenImagesAdvancedTrain` and `SuperresOpenImagesAdvancedValidation`. */
export const superResolutionOpenImagesParams = {
  type: 'object',
  additionalProperties: false,
  required: ['size', 'degradation'],
  properties: {
    ...superResolutionProperties,
    root: openImagesRoot,
  },
} as const satisfies ParamsSchema;
