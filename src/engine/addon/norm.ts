import type { Id } from './types.js';

/** What is normalized and by what: scale and shift of each image where it has them. */
export type GroupNormInputs = [x: Id, gamma: Id, beta: Id, scale: Id | undefined, shift: Id | undefined];

/** native/src/norm.cc and layer_norm.cc. */
export interface NormOperations {
  groupNorm(
    ...call: [...GroupNormInputs, groups: number, epsilon: number, activation: string]
  ): [y: Id, mean: Id, rstd: Id];
  groupNormApply(...call: [...GroupNormInputs, mean: Id, rstd: Id, groups: number, activation: string]): Id;
  groupNormGrad(
    ...call: [dy: Id, ...inputs: GroupNormInputs, mean: Id, rstd: Id, groups: number, activation: string]
  ): [dx: Id, dgamma: Id, dbeta: Id, dscale?: Id, dshift?: Id];
  layerNorm(x: Id, gamma: Id, beta: Id, epsilon: number): [y: Id, mean: Id, rstd: Id];
  layerNormGrad(dy: Id, x: Id, gamma: Id, mean: Id, rstd: Id): [dx: Id, dgamma: Id, dbeta: Id];
}
