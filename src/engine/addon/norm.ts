import type { Id } from './types.js';

/** native/src/norm.cc and layer_norm.cc. */
export interface NormOperations {
  groupNorm(
    x: Id,
    gamma: Id,
    beta: Id,
    scale: Id | undefined,
    shift: Id | undefined,
    groups: number,
    epsilon: number,
    activation: string,
  ): [y: Id, mean: Id, rstd: Id];
  groupNormApply(
    x: Id,
    gamma: Id,
    beta: Id,
    scale: Id | undefined,
    shift: Id | undefined,
    mean: Id,
    rstd: Id,
    groups: number,
    activation: string,
  ): Id;
  groupNormGrad(
    dy: Id,
    x: Id,
    gamma: Id,
    beta: Id,
    scale: Id | undefined,
    shift: Id | undefined,
    mean: Id,
    rstd: Id,
    groups: number,
    activation: string,
  ): [dx: Id, dgamma: Id, dbeta: Id, dscale?: Id, dshift?: Id];
  layerNorm(x: Id, gamma: Id, beta: Id, epsilon: number): [y: Id, mean: Id, rstd: Id];
  layerNormGrad(dy: Id, x: Id, gamma: Id, mean: Id, rstd: Id): [dx: Id, dgamma: Id, dbeta: Id];
}
