import type { ParamsSchema } from '../params.js';
import { maxBroken, size } from './image.params.js';

/** Parameters of taming-transformers' `ImagePaths` and `NumpyPaths`. */
export const imagePathsParams = {
  type: 'object',
  additionalProperties: false,
  required: ['paths'],
  properties: {
    paths: {
      anyOf: [{ type: 'array', items: { type: 'string' }, minItems: 1 }, { type: 'string' }],
      description: 'The files, or the name of a text file with one of them on each line.',
    },
    root: { type: 'string', default: '', description: 'The folder that the paths are relative to.' },
    size: { ...size, description: `Side of the square that is cut out after scaling to it. ${size.description}` },
    random_crop: {
      type: 'boolean',
      default: false,
      description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
    },
    max_broken: maxBroken,
  },
} as const satisfies ParamsSchema;

const custom = {
  size: { type: 'integer', minimum: 1, description: 'Side of the square that is cut out of the middle, in pixels.' },
  max_broken: maxBroken,
} as const;

const listFile = { type: 'string', description: 'A text file with the path of an image on each line.' } as const;

/** Parameters of taming-transformers' `CustomTrain`. */
export const customTrainParams = {
  type: 'object',
  additionalProperties: false,
  required: ['size', 'training_images_list_file'],
  properties: { ...custom, training_images_list_file: listFile },
} as const satisfies ParamsSchema;

/** Parameters of taming-transformers' `CustomTest`. */
export const customTestParams = {
  type: 'object',
  additionalProperties: false,
  required: ['size', 'test_images_list_file'],
  properties: { ...custom, test_images_list_file: listFile },
} as const satisfies ParamsSchema;
