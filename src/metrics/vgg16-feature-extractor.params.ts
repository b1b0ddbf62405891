import type { Params, ParamsSchema } from '../params.js';

/** Parameters of VGG16FeatureExtractor. */
export const vgg16FeatureExtractorParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ckpt_path: {
      type: 'string',
      default: 'models/lpips/vgg16-397923af.pth',
      description: "File of torchvision's weights of VGG16.",
    },
  },
} as const satisfies ParamsSchema;

export type VGG16FeatureExtractorParams = Params<typeof vgg16FeatureExtractorParams>;
