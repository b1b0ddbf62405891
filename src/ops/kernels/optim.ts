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

/**
 * Adds one gradient to another, in place: `sum += addend`.
 * Inputs, an array: `sum`, `addend`, one shape. `sum` is overwritten; no attributes, no outputs.
 */
export const AccumulateInPlace = 'AccumulateInPlace';
