import type { Params, ParamsInput, ParamsSchema } from '../params.js';
import { adversarialProperties } from './adversarial.params.js';

/** Parameters of VQLPIPSWithDiscriminator, under their published names: those of taming's and those ldm's added. */
export const vqLPIPSWithDiscriminatorParams = {
  type: 'object',
  additionalProperties: false,
  required: ['disc_start'],
  properties: {
    ...adversarialProperties,
    codebook_weight: { type: 'number', minimum: 0, default: 1, description: 'Weight of the codebook loss.' },
    disc_ndf: {
      type: 'integer',
      minimum: 1,
      default: 64,
      description: "Channels after the discriminator's first convolution.",
    },
    n_classes: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Size of the codebook, to log how evenly it is used; null not to.',
    },
    perceptual_loss: { enum: ['lpips'], default: 'lpips', description: 'The perceptual metric.' },
    pixel_loss: { enum: ['l1', 'l2'], default: 'l1', description: 'Absolute or squared error of each pixel.' },
  },
} as const satisfies ParamsSchema;

export type VQLPIPSWithDiscriminatorParams = Params<typeof vqLPIPSWithDiscriminatorParams>;
export type VQLPIPSWithDiscriminatorParamsInput = ParamsInput<typeof vqLPIPSWithDiscriminatorParams>;
