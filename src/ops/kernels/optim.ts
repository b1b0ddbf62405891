/**
 * One Adam step over all parameters, in place.
 * Inputs, an array: `count` parameters, then as many gradients, first moments and second moments, in the same order.
 * Parameters and moments are overwritten where they lie; no outputs.
 */
export const AdamInPlace = 'AdamInPlace';

export type AdamAttrs = {
  readonly count: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Whether weights decay by themselves (AdamW) or through the gradient (Adam's L2 penalty). */
  readonly decoupled: boolean;
  /** 1 for the first step. */
  readonly step: number;
};

/**
 * Exponential moving average over all parameters, in place: `shadow -= (1 - decay) * (shadow - parameter)`.
 * Inputs, an array: `count` shadows, then as many parameters. Shadows are overwritten; no outputs.
 */
export const EmaInPlace = 'EmaInPlace';

export type EmaAttrs = { readonly count: number; readonly decay: number };

/** The Euclidean norm of all values of all tensors. Inputs, an array: the tensors; output: a scalar. */
export const GlobalNorm = 'GlobalNorm';

/**
 * Multiplies all tensors by `min(1, maxNorm / (norm + 1e-6))`, in place.
 * Inputs, an array: the norm, a scalar, then the tensors. The tensors are overwritten; no outputs.
 */
export const ClipGradientsInPlace = 'ClipGradientsInPlace';

export type ClipGradientsAttrs = { readonly maxNorm: number };

/**
 * Adds one gradient to another, in place: `sum += addend`.
 * Inputs, an array: `sum`, `addend`, one shape. `sum` is overwritten; no attributes, no outputs.
 */
export const AccumulateInPlace = 'AccumulateInPlace';
