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
