import type { Id } from './types.js';

/** native/src/norm.cc. */
export interface NormOperations {
  groupNorm(
    x: Id,
    gamma: Id,
    beta: Id,
    groups: number,
    epsilon: number,
    activation: string,
  ): [y: Id, mean: Id, rstd: Id];
  groupNormGrad(
    dy: Id,
    x: Id,
    gamma: Id,
    beta: Id,
    mean: Id,
    rstd: Id,
    groups: number,
    activation: string,
  ): [dx: Id, dgamma: Id, dbeta: Id];
}
