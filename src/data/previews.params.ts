import type { ParamsSchema } from '../params.js';
import { maxBroken } from './image.params.js';

/** Parameters of `PreviewsTrain`. */
export const previewsTrainParams = previewsParams(true);

/** Parameters of `PreviewsValidation`. */
export const previewsValidationParams = previewsParams(false);

function previewsParams(isTraining: boolean) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, description: 'Side of the square images, in pixels.' },
      random_crop: {
        type: 'boolean',
        default: isTraining,
        description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
      },
      root: {
        type: 'string',
        default: 'data/previews',
        description:
          'The folder with the folders train and validation, or with all images; captions are beside the images.',
      },
      max_broken: maxBroken,
    },
  } as const satisfies ParamsSchema;
}
