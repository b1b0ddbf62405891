import type { ParamsSchema } from '../params.js';
import { maxBroken, size } from './image.params.js';

/** Where OpenImages are. */
export const openImagesRoot = {
  type: 'string',
  default: 'data/openimages',
  description: 'The folder with the folders train and validation, or with all images.',
} as const;

/** Parameters of `FullOpenImagesTrain`. */
export const fullOpenImagesTrainParams = fullOpenImagesParams(true);

/** Parameters of `FullOpenImagesValidation`. */
export const fullOpenImagesValidationParams = fullOpenImagesParams(false);

function fullOpenImagesParams(randomCrop: boolean) {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      size: {
        ...size,
        description:
          'The shorter side is scaled to this, pixels; null cuts out of the image as it is, enlarged where it is too small.',
      },
      crop_size: { ...size, description: 'Side of the square that is cut out, in pixels; null: size.' },
      random_crop: {
        type: 'boolean',
        default: randomCrop,
        description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
      },
      root: openImagesRoot,
      max_broken: maxBroken,
    },
  } as const satisfies ParamsSchema;
}
