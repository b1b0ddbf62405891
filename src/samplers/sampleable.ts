import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStreams } from '../random/index.js';
import type { Discretization } from './discretization.js';
import type { KnownImage } from './sampler.js';
import type { StepNoiseOptions } from './step-noise.js';

export const samplerNames = ['ddim', 'ddpm', 'plms', 'dpm-solver++', 'euler', 'heun'] as const;
export type SamplerName = (typeof samplerNames)[number];

/** What to draw, and how. */
export interface SampleRequest extends StepNoiseOptions {
  readonly count: number;
  /** The class of each image; required exactly where the model has classes. */
  readonly labels?: readonly number[];
  /** What each image is to show; required exactly where the model takes texts. */
  readonly texts?: readonly string[];
  /**
   * How much the condition counts in the place of none (Ho and Salimans 2022): 1, which is the default, is the condition
   * as it is, more overstates it.
   */
  readonly guidanceScale?: number | undefined;
  readonly sampler: SamplerName;
  /** Steps of the sampler; DDPM always takes all. */
  readonly steps: number;
  /** DDIM's noise: 0 for none, 1 for as much as DDPM's. */
  readonly eta: number;
  /** How a sampler that leaves timesteps out spreads its steps; `uniform` where absent. */
  readonly discretize?: Discretization | undefined;
  /** Images to begin with in the place of noise alone. */
  readonly init?: InitImage | undefined;
  /** The part of the image that is given, in [-1, 1]. */
  readonly known?: KnownImage | undefined;
  /** The noise to begin with, `[count, h, w, c]` as the model diffuses; drawn where absent. Not disposed. */
  readonly xT?: tf.Tensor4D | undefined;
  readonly streams: RandomStreams;
  readonly onStep?: (step: number, steps: number) => void | Promise<void>;
}

/** An image to change: noise is put on it, and what comes of that is drawn (SDEdit, Meng et al. 2022). */
export interface InitImage {
  /** `[count or 1, H, W, C]` in [-1, 1]; not disposed. */
  readonly image: tf.Tensor4D;
  /** The share of the steps that are taken, in (0, 1]: the more, the less is left of the image. */
  readonly strength: number;
}

/** A model that draws images. */
export interface Sampleable {
  /** The classes that images can be asked for, 0 where the model has none. */
  readonly numClasses: number;
  /** Whether images are asked for by texts. */
  readonly takesTexts?: boolean;
  /** Whether something stands for no condition, so that `guidanceScale` means something. */
  readonly isGuidable: boolean;
  /** Those that it can be drawn by; none where it has a way of its own, which `sampler` and `eta` say nothing to. */
  readonly samplers: readonly SamplerName[];
  /** Steps of the diffusion that the model was trained on: the most a sampler can take. */
  readonly timesteps: number;
  /** `[height, width, channels]` of what is diffused, the shape of `xT`. */
  readonly sampleShape: readonly [number, number, number];
  /** `[height, width, channels]` of its images. */
  readonly imageShape: readonly [number, number, number];
  /**
   * Images `[count, H, W, C]` in [-1, 1], drawn with the averaged weights where the model keeps some.
   * @throws UserError where the model cannot do what is asked: guidance of one that was not trained for it …
   */
  sample(request: SampleRequest): Promise<tf.Tensor4D>;
}
