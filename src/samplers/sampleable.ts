import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStreams } from '../random/index.js';

export const samplerNames = ['ddim', 'ddpm', 'plms', 'dpm-solver++', 'euler', 'heun'] as const;
export type SamplerName = (typeof samplerNames)[number];

/** What to draw, and how. */
export interface SampleRequest {
  readonly count: number;
  /** The class of each image; required exactly where the model has classes. */
  readonly labels?: readonly number[];
  readonly sampler: SamplerName;
  /** Steps of the sampler; DDPM always takes all. */
  readonly steps: number;
  /** DDIM's noise: 0 for none, 1 for as much as DDPM's. */
  readonly eta: number;
  readonly streams: RandomStreams;
  readonly onStep?: (step: number, steps: number) => void | Promise<void>;
}

/** A model that draws images. */
export interface Sampleable {
  /** The classes that images can be asked for, 0 where the model has none. */
  readonly numClasses: number;
  /** Steps of the diffusion that the model was trained on: the most a sampler can take. */
  readonly timesteps: number;
  /** Images `[count, H, W, C]` in [-1, 1], drawn with the averaged weights where the model keeps some. */
  sample(request: SampleRequest): Promise<tf.Tensor4D>;
}
