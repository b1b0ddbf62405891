import type { ParamsSchema } from '../params.js';
import { maxBroken } from './image.params.js';
import { openImagesRoot } from './open-images.params.js';

const HELPER = 'taming.data.open_images_helper';

/** Parameters of `OpenImagesBBoxTrain`. */
export const openImagesBBoxTrainParams = openImagesBBoxParams(true);

/** Parameters of `OpenImagesBBoxValidation`. */
export const openImagesBBoxValidationParams = openImagesBBoxParams(false);

/** Those of taming-transformers' `AnnotatedObjectsOpenImages`; the defaults are those of its published config. */
function openImagesBBoxParams(isTraining: boolean) {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      size: { type: 'integer', minimum: 1, default: 256, description: 'Side of the square images, pixels.' },
      root: { ...openImagesRoot, description: 'The folder with train, validation and the .csv files of OpenImages.' },
      crop_method: {
        type: 'string',
        enum: ['none', 'center', 'random-1d', 'random-2d'],
        default: isTraining ? 'random-2d' : 'center',
        description:
          'What is cut out: none, the whole image, out of proportion; center and random-1d, a square as large as the shorter ' +
          'side; random-2d, one of any size from that of the images on.',
      },
      random_flip: {
        type: 'boolean',
        default: isTraining,
        description: 'Exchange left and right of every second image, another one in every epoch.',
      },
      no_tokens: {
        type: 'integer',
        minimum: 4,
        default: 8192,
        description: 'How many tokens there are: vocab_size of what embeds them.',
      },
      min_objects_per_image: {
        type: 'integer',
        minimum: 0,
        default: 2,
        description: 'Images with fewer objects are left out.',
      },
      max_objects_per_image: {
        type: 'integer',
        minimum: 1,
        default: 30,
        description: 'Images with more objects are left out; a layout has three tokens for each of so many.',
      },
      min_object_area: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0.0001,
        description: 'Objects that are no larger are left out, as a part of the image.',
      },
      use_group_parameter: { type: 'boolean', default: true, description: 'Tell groups from single objects.' },
      use_additional_parameters: {
        type: 'boolean',
        default: true,
        description: 'Tell whether an object is occluded, depicted, or seen from inside.',
      },
      encode_crop: {
        type: 'boolean',
        default: true,
        description:
          'Two more tokens say which part of the whole image the square is; boxes are then in the whole image.',
      },
      category_allow_list_target: {
        type: 'string',
        enum: ['', `${HELPER}.top_300_classes_plus_coco_compatibility`],
        default: `${HELPER}.top_300_classes_plus_coco_compatibility`,
        description: 'The classes of objects; empty: all.',
      },
      category_mapping_target: {
        type: 'string',
        enum: ['', `${HELPER}.open_images_unify_categories_for_coco`],
        default: `${HELPER}.open_images_unify_categories_for_coco`,
        description: 'Classes that count as others; empty: none.',
      },
      max_broken: maxBroken,
    },
  } as const satisfies ParamsSchema;
}
