import type { Id } from './types.js';

/** native/src/channel_norm.cc. */
export interface ChannelNormOperations {
  /** The statistics broadcast to x. */
  batchNorm(x: Id, mean: Id, variance: Id, offset: Id | undefined, scale: Id | undefined, epsilon: number): Id;
  lrn(x: Id, radius: number, bias: number, alpha: number, beta: number): Id;
  lrnGrad(dy: Id, x: Id, y: Id, radius: number, bias: number, alpha: number, beta: number): Id;
}
