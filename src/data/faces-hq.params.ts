import type { ParamsSchema } from '../params.js';
import { keys, maxBroken } from './image.params.js';

/** Parameters of `CelebAHQTrain` and `CelebAHQValidation`. */
export const celebAHQParams = facesParams('data/celebahq');

/** Parameters of `FFHQTrain` and `FFHQValidation`. */
export const ffhqParams = facesParams('data/ffhq');

function facesParams(root: string) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, description: 'Side of the square images, in pixels.' },
      keys,
      root: {
        type: 'string',
        default: root,
        description: 'The folder of the images; their lists are beside it: <root>train.txt and <root>validation.txt.',
      },
      max_broken: maxBroken,
    },
  } as const satisfies ParamsSchema;
}
