import type { Params, ParamsSchema } from '../params.js';
import { trainingProperties, type OptionsOf, type TrainingPartNames } from '../train/training.params.js';

/** Parameters of ImageClassifier. */
export const imageClassifierParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    num_classes: { type: 'integer', minimum: 2, default: 10, description: 'Classes to tell apart.' },
    image_size: { type: 'integer', minimum: 1, default: 32, description: 'Height and width of the images, in pixels.' },
    in_channels: { type: 'integer', minimum: 1, default: 1, description: 'Channels of the images.' },
    channels: {
      type: 'array',
      items: { type: 'integer', minimum: 1 },
      minItems: 1,
      default: [32, 64],
      description: 'Channels of the convolutions, after each of which height and width are halved.',
    },
    hidden_features: { type: 'integer', minimum: 1, default: 128, description: 'Features before the last layer.' },
    dropout: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'Share of those features that a training step leaves out.',
    },
    first_stage_key: { type: 'string', default: 'image', description: 'Key of the images in a batch.' },
    cond_stage_key: { type: 'string', default: 'class_label', description: 'Key of the classes in a batch.' },
    ...trainingProperties('Adam'),
  },
} as const satisfies ParamsSchema;

export type ImageClassifierParams = Omit<Params<typeof imageClassifierParams>, TrainingPartNames>;
export type ImageClassifierOptions = OptionsOf<typeof imageClassifierParams, TrainingPartNames>;
