/**
 * Group normalization over the last axis' channel groups with an optional activation.
 * Inputs `x [N, ..., C]`, `gamma [C]`, `beta [C]`; outputs `y` (shape of x), `mean [N, groups]`, `rstd [N, groups]`.
 */
export const GroupNorm = 'GroupNorm';
/** Inputs `dy`, `x`, `gamma`, `beta`, `mean`, `rstd` as in GroupNorm; outputs `dx`, `dgamma`, `dbeta`. */
export const GroupNormGrad = 'GroupNormGrad';

export type GroupNormAttrs = {
  readonly numGroups: number;
  readonly epsilon: number;
  readonly activation: 'linear' | 'silu';
};
