/** Sigmoid-weighted linear unit. Input `x`; output `y` in its shape. */
export const Silu = 'Silu';
/** Inputs `dy`, `x`; output `dx`. */
export const SiluGrad = 'SiluGrad';

/** Gaussian error linear unit. Input `x`; output `y` in its shape. */
export const Gelu = 'Gelu';
/** Inputs `dy`, `x`; output `dx`. */
export const GeluGrad = 'GeluGrad';

/** `none` is `x` times the standard normal distribution function, `tanh` an approximation of it. */
export type GeluAttrs = { readonly approximate: 'none' | 'tanh' };

/** The first half of the last axis times GELU of the second. Input `x [..., 2d]`; output `y [..., d]`. */
export const Geglu = 'Geglu';
/** Inputs `dy [..., d]`, `x [..., 2d]`; output `dx [..., 2d]`. */
export const GegluGrad = 'GegluGrad';

/** Inputs `dy`, `y`, the result of a rectified linear unit; output `dx`: `dy` where `y` is positive, else `alpha dy`. */
export const LeakyReluGrad = 'LeakyReluGrad';

export type LeakyReluGradAttrs = { readonly alpha: number };
