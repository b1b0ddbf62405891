import type { FeatureExtractor } from '../metrics/index.js';
import type { Module } from '../nn/index.js';
import type { Params, ParamsInput, ParamsSchema } from '../params.js';
import { firstStageProperties } from './first-stage.params.js';

/** Parameters of AutoencoderKL, under their published names. */
export const autoencoderKLParams = {
  type: 'object',
  additionalProperties: false,
  required: ['ddconfig', 'lossconfig', 'embed_dim'],
  properties: {
    ...firstStageProperties,
    learn_logvar: {
      type: 'boolean',
      default: true,
      description: "Train the loss's log-variance, too, which the published code leaves as it begins.",
    },
  },
} as const satisfies ParamsSchema;

export type AutoencoderKLParams = Params<typeof autoencoderKLParams>;

/** What the constructor takes. */
export type AutoencoderKLOptions = Omit<ParamsInput<typeof autoencoderKLParams>, 'lossconfig' | 'rfid_extractor'> & {
  readonly extractor?: FeatureExtractor;
  /** What it is trained by; its weights are a part of the state dict. */
  readonly loss?: Module;
};
