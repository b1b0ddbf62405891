import type { ParamsSchema } from '../params.js';

/** Parameters of NLayerDiscriminator, under their published names. */
export const nLayerDiscriminatorParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    input_nc: { type: 'integer', minimum: 1, default: 3, description: 'Channels of the images that are judged.' },
    ndf: { type: 'integer', minimum: 1, default: 64, description: 'Channels after the first convolution.' },
    n_layers: { type: 'integer', minimum: 0, default: 3, description: 'Convolutions that halve the image.' },
    use_actnorm: { type: 'boolean', default: false, description: 'ActNorm in place of batch norm.' },
  },
} as const satisfies ParamsSchema;
