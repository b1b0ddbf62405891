import { GroupNorm } from '../../nn/index.js';
import { NORM_GROUPS } from './norm-groups.js';

/** The published `Normalize(channels)`, optionally with the SiLU (swish) that follows it. */
export function normalize(channels: number, activation: 'linear' | 'silu' = 'linear'): GroupNorm {
  return new GroupNorm(channels, { numGroups: NORM_GROUPS, epsilon: 1e-6, activation });
}
