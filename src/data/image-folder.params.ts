import type { ParamsSchema } from '../params.js';
import { flipProbability, maxBroken, size } from './image.params.js';

/** Parameters of a folder of images. */
export const imageFolderParams = {
  type: 'object',
  additionalProperties: false,
  required: ['root'],
  properties: {
    root: { type: 'string', description: 'The folder; images in the folders in it count, too.' },
    split: {
      enum: ['all', 'train', 'validation'],
      default: 'all',
      description:
        'Which images: all; or the folder of that name in root; without such folders, every 20th image in the order of ' +
        'their names for validation, the others for train.',
    },
    size: { ...size, description: `The shorter side is scaled to this. ${size.description}` },
    crop_size: {
      ...size,
      description: 'Side of the square that is cut out after that, in pixels; null: of size.',
    },
    random_crop: {
      type: 'boolean',
      default: false,
      description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
    },
    flip_p: { ...flipProbability, default: 0 },
    channels: { enum: [1, 3], default: 3, description: '3: RGB; 1: gray.' },
    interpolation: {
      enum: ['nearest', 'bilinear', 'bicubic', 'lanczos'],
      default: 'lanczos',
      description: 'How images are scaled; all but nearest with antialiasing.',
    },
    labels: {
      type: 'boolean',
      default: false,
      description:
        'The folders in root are classes: class_label counts them from 0 in the order of their names, human_label is the name.',
    },
    max_broken: maxBroken,
  },
} as const satisfies ParamsSchema;
