import type { Params, ParamsSchema } from '../params.js';
import { imageClassifierParams } from './image-classifier.params.js';

const { num_classes, image_size, in_channels, channels, hidden_features } = imageClassifierParams.properties;

/** Parameters of ImageClassifierFeatures: the classifier's, as it was trained. */
export const imageClassifierFeaturesParams = {
  type: 'object',
  additionalProperties: false,
  required: ['ckpt_path'],
  properties: {
    ckpt_path: { type: 'string', description: "Run folder or checkpoint of the classifier's training." },
    num_classes,
    image_size,
    in_channels,
    channels,
    hidden_features,
  },
} as const satisfies ParamsSchema;

export type ImageClassifierFeaturesParams = Params<typeof imageClassifierFeaturesParams>;
