/**
 * The contract between our fused operations and an engine's native kernels: kernel names, attributes, inputs and
 * outputs. Every operation has a composed form, so an engine may implement any subset; `src/ops/*.ts` run a native
 * kernel where `tf.getKernel` finds one and compose the operation from tfjs operations where not.
 * All tensors are float32 unless stated.
 */

/**
 * Group normalization over the last axis' channel groups with an optional activation.
 * Inputs `x [N, ..., C]`, `gamma [C]`, `beta [C]`; outputs `y` (shape of x), `mean [N, groups]`, `rstd [N, groups]`.
 */
export const GroupNorm = 'GroupNorm';
/** Inputs `dy`, `x`, `gamma`, `beta`, `mean`, `rstd` as in GroupNorm; outputs `dx`, `dgamma`, `dbeta`. */
export const GroupNormGrad = 'GroupNormGrad';

// Type aliases, not interfaces: only an alias is assignable to tfjs's NamedAttrMap.
export type GroupNormAttrs = {
  readonly numGroups: number;
  readonly epsilon: number;
  readonly activation: 'linear' | 'silu';
};

/**
 * One AdamW step (decoupled weight decay) over all parameters, in place.
 * Inputs, an array: `count` parameters, then as many gradients, first moments and second moments, in the same order.
 * Parameters and moments are overwritten where they lie; no outputs.
 */
export const AdamWInPlace = 'AdamWInPlace';

export type AdamWAttrs = {
  readonly count: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** 1 for the first step. */
  readonly step: number;
};

/**
 * Exponential moving average over all parameters, in place: `shadow -= (1 - decay) * (shadow - parameter)`.
 * Inputs, an array: `count` shadows, then as many parameters. Shadows are overwritten; no outputs.
 */
export const EmaInPlace = 'EmaInPlace';

export type EmaAttrs = { readonly count: number; readonly decay: number };

/** Standard normal draws from Philox4x32-10; no inputs, one output of the given shape. See src/random. */
export const PhiloxNormal = 'PhiloxNormal';
/** Uniform draws in [0, 1) from Philox4x32-10; no inputs, one output of the given shape. See src/random. */
export const PhiloxUniform = 'PhiloxUniform';

export type PhiloxAttrs = {
  readonly shape: readonly number[];
  /** Two unsigned 32-bit words. */
  readonly key: readonly [number, number];
  /** Four unsigned 32-bit words, least significant first: the counter of the first block. */
  readonly counter: readonly [number, number, number, number];
};
