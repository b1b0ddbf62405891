import type { Traits, TraitsOf } from '../src/config/index.js';

/**
 * What components tell the rules of those around them. A fact that a component's parameters do not settle is absent: no
 * rule is then made of it.
 */
interface KnownTraits {
  readonly network?: NetworkTraits;
  readonly firstStage?: FirstStageTraits;
  readonly conditioning?: ConditioningTraits;
  readonly loss?: LossTraits;
  readonly patches?: PatchesTraits;
}

/** Of a network that is diffused with. */
export interface NetworkTraits {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Height and width that the network says it is for. */
  readonly imageSize?: number;
  /** What height and width have to be divisible by. */
  readonly downsampling?: number;
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  /** The label that stands for none of them, where it has one. */
  readonly nullClass?: number;
  /** How many timesteps it has embeddings of; absent where it takes any. */
  readonly numTimesteps?: number;
  /** Channels of the context that it attends to; absent where it takes none. */
  readonly contextDim?: number;
  /** Whether it can do without that context, for it then attends to features of as many channels. */
  readonly needsNoContext?: boolean;
}

/** Of an autoencoder. */
export interface FirstStageTraits {
  /** Whether its encoding is a latent image, or a distribution of such, that can be diffused. */
  readonly isDiffusible: boolean;
  readonly imageChannels?: number;
  readonly latentChannels?: number;
  /** Pixels of an image, in height and width, for each of its latent image. */
  readonly downsampling?: number;
  /** Whether it is a model of its own that can be trained, given a loss. */
  readonly isTrainable?: boolean;
}

/** Of what `cond_stage_config` can be. */
export interface ConditioningTraits {
  /**
   * What it makes: a sequence of vectors, an image, nothing (`__is_unconditional__`), what the first stage does, or
   * whatever it is given.
   */
  readonly makes: 'context' | 'image' | 'nothing' | 'first-stage' | 'as-given';
  /** Channels of that, where they are known. */
  readonly channels?: number;
  /** How many classes it takes labels of; absent where it takes something else. */
  readonly numClasses?: number;
  /** The name of its input in a batch, where that is not for `cond_stage_key` to say. */
  readonly key?: string;
}

/** Of a loss with a discriminator. */
export interface LossTraits {
  /** What it takes of the autoencoder beside images. */
  readonly takes: 'posterior' | 'codebook';
  /** Whether the discriminator sees a condition beside the image. */
  readonly isConditional: boolean;
  /** Channels of what the discriminator sees. */
  readonly imageChannels: number;
  /** How many codes it counts the use of, where it says so. */
  readonly codes?: number;
}

/** Of patches that images are cut into, `[height, width]` each. */
export interface PatchesTraits {
  readonly ks: readonly number[];
  readonly stride: readonly number[];
  /** Pixels of an image for each of its latent image, where the first stage, too, sees patches. */
  readonly vqf?: number;
}

export function networkTraits(traitsOf: TraitsOf, slot: unknown): NetworkTraits | undefined {
  return known(traitsOf(slot)).network;
}

export function firstStageTraits(traitsOf: TraitsOf, slot: unknown): FirstStageTraits | undefined {
  return known(traitsOf(slot)).firstStage;
}

/** Also of a first stage, which as a conditioner makes images. */
export function conditioningTraits(traitsOf: TraitsOf, slot: unknown): ConditioningTraits | undefined {
  const { conditioning, firstStage } = known(traitsOf(slot));
  if (conditioning || !firstStage) return conditioning;
  const { latentChannels: channels } = firstStage;
  return { makes: 'image', ...(channels !== undefined && { channels }) };
}

export function lossTraits(traitsOf: TraitsOf, slot: unknown): LossTraits | undefined {
  return known(traitsOf(slot)).loss;
}

export function patchesTraits(traitsOf: TraitsOf, slot: unknown): PatchesTraits | undefined {
  return known(traitsOf(slot)).patches;
}

/** Writes down traits, of which the compiler then knows all names. */
export function traits(facts: KnownTraits): Traits {
  return facts as Traits;
}

function known(facts: Traits): KnownTraits {
  return facts;
}
