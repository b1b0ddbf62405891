import { GroupNorm } from '../../nn/index.js';

/** The published `normalization(channels)` (GroupNorm32), optionally with the SiLU that follows it almost everywhere. */
export function normalization(
  channels: number,
  numGroups: number,
  activation: 'linear' | 'silu' = 'linear',
): GroupNorm {
  return new GroupNorm(channels, { numGroups, activation });
}
