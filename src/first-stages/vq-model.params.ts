import type { FeatureExtractor } from '../metrics/index.js';
import type { Module } from '../nn/index.js';
import type { LearningRateSchedule, LitEma } from '../optim/index.js';
import type { Params, ParamsInput, ParamsSchema } from '../params.js';
import { firstStageProperties } from './first-stage.params.js';
import { indexParams } from '../models/autoencoder/vector-quantizer.params.js';

/** Parameters of VQModel and VQModelInterface, under their published names. */
export const vqModelParams = {
  type: 'object',
  additionalProperties: false,
  required: ['ddconfig', 'lossconfig', 'n_embed', 'embed_dim'],
  properties: {
    ...firstStageProperties,
    n_embed: { type: 'integer', minimum: 1, description: 'Number of codes in the codebook.' },
    batch_resize_range: {
      type: ['array', 'null'],
      items: { type: 'integer', minimum: 1 },
      minItems: 2,
      maxItems: 2,
      default: null,
      description:
        'Smallest and largest height in pixels that batches are resized to, in steps of 16 drawn anew for each; null for as they are.',
    },
    scheduler_config: {
      component: 'lr-schedule',
      default: null,
      description: 'Learning rate over the steps; null for a constant one.',
    },
    lr_g_factor: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1,
      description: "The autoencoder's learning rate as a multiple of the discriminator's.",
    },
    ...indexParams,
    use_ema: { type: 'boolean', default: false, description: 'Keep an exponential moving average of the weights.' },
  },
} as const satisfies ParamsSchema;

export type VQModelParams = Params<typeof vqModelParams>;

/** What the constructors take. */
export type VQModelOptions = Omit<
  ParamsInput<typeof vqModelParams>,
  'lossconfig' | 'rfid_extractor' | 'scheduler_config' | 'use_ema'
> & {
  readonly extractor?: FeatureExtractor;
  /** What it is trained by; its weights are a part of the state dict. */
  readonly loss?: Module;
  /** The factor of the learning rate at each step; 1 where there is none. */
  readonly schedule?: LearningRateSchedule;
  /** Makes the moving average of the model's weights; there is none by default. */
  readonly ema?: (model: Module) => LitEma;
};
