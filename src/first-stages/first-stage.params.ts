import { reconstructionMetricsProperties } from '../metrics/reconstruction-metrics.params.js';
import type { FeatureExtractor } from '../metrics/index.js';
import { ddconfigParams, type DdconfigInput } from '../models/autoencoder/ddconfig.params.js';
import type { InitialWeights, Module } from '../nn/index.js';
import type { LearningRateSchedule } from '../optim/index.js';

/** Parameters that all autoencoders have, under their published names. */
export const firstStageProperties = {
  ddconfig: { ...ddconfigParams, description: 'Encoder and decoder.' },
  lossconfig: {
    component: ['loss', 'identity'],
    description: 'What the autoencoder is trained by; Identity where it is not.',
  },
  embed_dim: { type: 'integer', minimum: 1, description: 'Channels of the latent images.' },
  ckpt_path: { type: ['string', 'null'], default: null, description: 'File of weights to begin with.' },
  ignore_keys: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description: 'Beginnings of names in that file that are left out.',
  },
  image_key: { type: 'string', default: 'image', description: 'Key of the images in a batch.' },
  colorize_nlabels: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description: 'Labels of segmentation maps, to show them in random colours; null for images.',
  },
  disc_cond_key: {
    type: ['string', 'null'],
    default: null,
    description: 'Key in a batch of the images that a conditional discriminator sees beside its own; null for none.',
  },
  monitor: {
    type: ['string', 'null'],
    default: null,
    description: 'The metric that says which checkpoint is best.',
  },
  ...reconstructionMetricsProperties,
} as const;

/** What the constructors of those that are trained have in common. */
export interface AutoencoderOptions extends FirstStageWeights {
  readonly ddconfig: DdconfigInput;
  readonly image_key?: string | undefined;
  readonly colorize_nlabels?: number | null | undefined;
  readonly disc_cond_key?: string | null | undefined;
  readonly lr_g_factor?: number | undefined;
  readonly learn_logvar?: boolean | undefined;
  readonly lpips_weights?: string | undefined;
  /** In whose features validations measure `rfid`; without one they do not. */
  readonly extractor?: FeatureExtractor | undefined;
  /** What it is trained by; its weights are a part of the state dict. */
  readonly loss?: Module | undefined;
  /** The factor of the learning rate at each step; 1 where there is none. */
  readonly schedule?: LearningRateSchedule | undefined;
}

/** Where the weights to begin with are read from. */
export interface FirstStageWeights {
  readonly ckpt_path?: string | null | undefined;
  readonly ignore_keys?: readonly string[] | undefined;
}

export function initialWeightsOf(weights: FirstStageWeights): InitialWeights | undefined {
  const { ckpt_path: path, ignore_keys: ignoreKeys = [] } = weights;
  return path ? { path, ignoreKeys } : undefined;
}
