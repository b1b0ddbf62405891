import { GroupNorm } from '../../nn/index.js';

/** Groups of every group normalization; the channels of every level are a multiple of it. */
export const NORM_GROUPS = 32;

/** The published `Normalize(channels)`, optionally with the SiLU (swish) that follows it. */
export function normalize(channels: number, activation: 'linear' | 'silu' = 'linear'): GroupNorm {
  return new GroupNorm(channels, { numGroups: NORM_GROUPS, epsilon: 1e-6, activation });
}
