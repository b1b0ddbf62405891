import type { ParamsSchema } from '../params.js';
import { maxBroken } from './image.params.js';

/** Parameters of `RFWTrain`. */
export const rfwTrainParams = rfwParams(true);

/** Parameters of `RFWValidation`. */
export const rfwValidationParams = rfwParams(false);

function rfwParams(isTraining: boolean) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, description: 'The shorter side is scaled to this, pixels.' },
      crop_size: {
        type: ['integer', 'null'],
        minimum: 1,
        default: null,
        description: 'Side of the square that is cut out, in pixels; null: size.',
      },
      segmentation_to_float32: {
        type: 'boolean',
        default: false,
        description: 'Segmentation is float32, as networks take it; otherwise int32.',
      },
      random_crop: {
        type: 'boolean',
        default: isTraining,
        description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
      },
      n_labels: { type: 'integer', minimum: 1, maximum: 255, default: 182, description: 'How many classes there are.' },
      root: {
        type: 'string',
        default: 'data/landscapes',
        description:
          'The folder with train and validation, each with images and segmentations; or with these two themselves.',
      },
      max_broken: maxBroken,
    },
  } as const satisfies ParamsSchema;
}
