import type { ParamsSchema } from '../params.js';
import { maxBroken } from './image.params.js';
import { superResolutionProperties } from './super-resolution.params.js';

const dataRoot = {
  type: ['string', 'null'],
  default: null,
  description:
    'The folder of the folders ILSVRC2012_train and ILSVRC2012_validation; ' +
    'null: autoencoders/data in $XDG_CACHE_HOME or ~/.cache.',
} as const;

const configProperties = {
  size: { type: 'integer', minimum: 1, default: 256, description: 'Side of the square images, in pixels.' },
  sub_indices: {
    type: 'string',
    pattern: '^\\s*\\d+(-\\d+)?(\\s*,\\s*\\d+(-\\d+)?)*\\s*$',
    description:
      'Only these classes by their numbers in index_synset.yaml, e.g. 0-10, 33; as published, a range leaves out its last; absent for all.',
  },
  keep_orig_class_label: {
    type: 'boolean',
    default: false,
    description: 'Class_label is the number in index_synset.yaml; otherwise the classes that are there are counted.',
  },
} as const;

/** Parameters of `ImageNetTrain`. */
export const imageNetTrainParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    config: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'What images and which classes.',
      properties: { ...configProperties, ImageNetTrain: splitOptions(true) },
    },
    data_root: dataRoot,
    max_broken: maxBroken,
  },
} as const satisfies ParamsSchema;

/** Parameters of `ImageNetValidation`. */
export const imageNetValidationParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    config: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'What images and which classes.',
      properties: { ...configProperties, ImageNetValidation: splitOptions(false) },
    },
    data_root: dataRoot,
    max_broken: maxBroken,
  },
} as const satisfies ParamsSchema;

function splitOptions(randomCrop: boolean) {
  return {
    type: 'object',
    additionalProperties: false,
    default: {},
    description: 'Options of this split alone.',
    properties: {
      random_crop: {
        type: 'boolean',
        default: randomCrop,
        description: 'Cut out of any place, another one in every epoch, rather than out of the middle.',
      },
    },
  } as const;
}

/** Parameters of `ImageNetSRTrain` and `ImageNetSRValidation`. */
export const imageNetSRParams = {
  type: 'object',
  additionalProperties: false,
  required: ['size', 'degradation'],
  properties: {
    ...superResolutionProperties,
    hr_indices: {
      type: ['string', 'null'],
      default: null,
      description:
        'A pickled list of the images to use, by their numbers in the list of files; null: ' +
        "latent-diffusion's data/imagenet_{train,val}_hr_indices.p where they are there, otherwise all images.",
    },
    data_root: dataRoot,
  },
} as const satisfies ParamsSchema;
