import type { ParamsSchema } from '../params.js';
import { imageFolderParams } from './image-folder.params.js';
import { keys, maxBroken } from './image.params.js';

const { size, crop_size, random_crop, flip_p, channels, interpolation } = imageFolderParams.properties;

/** Parameters of tar shards in WebDataset's form. */
export const webDatasetParams = {
  type: 'object',
  additionalProperties: false,
  required: ['urls'],
  properties: {
    urls: {
      type: ['string', 'array'],
      items: { type: 'string' },
      minItems: 1,
      description:
        'The shards, paths of local tar files; braces count and list: shards/{000000..000009}.tar, {a,b}.tar.',
    },
    image_key: {
      type: ['string', 'null'],
      default: null,
      description:
        'The end of the names of the members that are the images, e.g. jpg or png; null: the one image of each example.',
    },
    size,
    crop_size,
    random_crop,
    flip_p,
    channels,
    interpolation,
    keys,
    max_broken: maxBroken,
  },
} as const satisfies ParamsSchema;
