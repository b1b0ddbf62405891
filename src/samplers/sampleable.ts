import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStreams } from '../random/index.js';
import type { Discretization } from './discretization.js';
import type { KnownImage } from './sampler.js';
import type { NoiseScheduler, TrainedSchedule } from './schedulers/index.js';
import type { StepNoiseOptions } from './step-noise.js';

export const samplerNames = ['ddim', 'ddpm', 'plms', 'dpm-solver++', 'euler', 'heun'] as const;
export type SamplerName = (typeof samplerNames)[number];
/** One of our own by name, or a scheduler of diffusers. */
export type Sampler = SamplerName | NoiseScheduler;

/** Examples as a data set has them, by key: tensors whose first axis counts them, or texts. */
export type ConditionExamples = Readonly<Record<string, tf.Tensor | readonly string[]>>;

/** What to draw, and how. */
export interface SampleRequest extends StepNoiseOptions {
  readonly count: number;
  /** The class of each image; required exactly where the model has classes, unless there are `conditions`. */
  readonly labels?: readonly number[];
  /** What each image is to show; required exactly where the model takes texts, unless there are `conditions`. */
  readonly texts?: readonly string[];
  /** `count` examples, under whose conditions images are drawn; not disposed. */
  readonly conditions?: ConditionExamples | undefined;
  /**
   * How much the condition counts in the place of none (Ho and Salimans 2022): 1, which is the default, is the condition
   * as it is, more overstates it.
   */
  readonly guidanceScale?: number | undefined;
  readonly sampler: Sampler;
  /** Steps of the sampler; DDPM always takes all. */
  readonly steps: number;
  /** The noise of DDIM, or of a scheduler that takes it: 0 for none, 1 for as much as DDPM's. */
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

/** What a model's condition is in an example. */
export interface ConditionedBy {
  /** Its name in a batch. */
  readonly key: string;
  /**
   * `[height, width, channels]` of the image that it is, in [-1, 1], or of more than three channels of the map of classes;
   * absent where it is something else.
   */
  readonly image?: readonly [number, number, number] | undefined;
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
  /** Whether the condition is what is left of an image: that of `known`. */
  readonly isInpainter?: boolean;
  /** The condition that images are drawn under; absent where there is none. */
  readonly conditionedBy?: ConditionedBy | undefined;
  /** Pictures of conditions, `[N, H, W, C]` in [-1, 1]; undefined where there is nothing to see. The caller disposes them. */
  readonly pictureConditions?: (conditions: ConditionExamples, streams: RandomStreams) => tf.Tensor4D | undefined;
  /** What schedulers of diffusers have to go by; absent where none can draw. */
  readonly trainedSchedule?: TrainedSchedule;
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

/** Whether a model draws images. */
export function isSampleable<T extends object>(model: T): model is T & Sampleable {
  return 'sample' in model && 'numClasses' in model;
}
