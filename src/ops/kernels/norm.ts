/**
 * Group normalization over the last axis' channel groups with an optional activation.
 * Inputs `x [N, ..., C]`, `gamma [C]`, `beta [C]`; outputs `y` (shape of x), `mean [N, groups]`, `rstd [N, groups]`.
 */
export const GroupNorm = 'GroupNorm';
/**
 * `y` of GroupNorm, or of GroupNormScaleShift where `scale` and `shift` are given, again from its `mean` and `rstd`:
 * inputs are those of the kernel and these two outputs. Without a gradient.
 */
export const GroupNormApply = 'GroupNormApply';
/** Inputs `dy`, `x`, `gamma`, `beta`, `mean`, `rstd` as in GroupNorm; outputs `dx`, `dgamma`, `dbeta`. */
export const GroupNormGrad = 'GroupNormGrad';

/**
 * GroupNorm whose result is multiplied by `1 + scale` and moved by `shift` before the activation.
 * Inputs as in GroupNorm and `scale [N, C]`, `shift [N, C]`; outputs as in GroupNorm. A kernel of its own, since a
 * gradient's saved inputs cannot be optional.
 */
export const GroupNormScaleShift = 'GroupNormScaleShift';
/** Inputs as in GroupNormGrad and `scale`, `shift`; outputs `dx`, `dgamma`, `dbeta`, `dscale`, `dshift`. */
export const GroupNormScaleShiftGrad = 'GroupNormScaleShiftGrad';

export type GroupNormAttrs = {
  readonly numGroups: number;
  readonly epsilon: number;
  readonly activation: 'linear' | 'silu';
};

/**
 * Layer normalization over the last axis.
 * Inputs `x [..., C]`, `gamma [C]`, `beta [C]`; outputs `y` (shape of x), `mean [...]`, `rstd [...]`.
 */
export const LayerNorm = 'LayerNorm';
/** Inputs `dy`, `x`, `gamma`, `mean`, `rstd` as in LayerNorm; outputs `dx`, `dgamma`, `dbeta`. */
export const LayerNormGrad = 'LayerNormGrad';

export type LayerNormAttrs = { readonly epsilon: number };
