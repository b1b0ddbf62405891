import type { ParamsSchema } from '../params.js';
import { flipProbability, maxBroken, size } from './image.params.js';

/** Parameters of the LSUN training sets. */
export const lsunTrainParams = lsunParams(0.5);

/** Parameters of the LSUN validation sets. */
export const lsunValidationParams = lsunParams(0);

function lsunParams(flip: number) {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      size: { ...size, description: `Side of the square images. ${size.description}` },
      interpolation: {
        enum: ['linear', 'bilinear', 'bicubic', 'lanczos'],
        default: 'bicubic',
        description: 'How Pillow would scale them; linear is another name of bilinear.',
      },
      flip_p: { ...flipProbability, default: flip },
      root: {
        type: 'string',
        default: 'data/lsun',
        description: 'The folder of the lists and of the folders of images.',
      },
      max_broken: maxBroken,
    },
  } as const satisfies ParamsSchema;
}
