import { roundHalfToEven } from '../../rounding.js';

/** Where the timesteps of fewer steps lie (Lin et al. 2024, table 2). */
export const timestepSpacings = ['linspace', 'leading', 'trailing'] as const;

export interface TimestepSpacing {
  readonly num_train_timesteps: number;
  readonly timestep_spacing: (typeof timestepSpacings)[number];
  /** Added to those of `leading`. */
  readonly steps_offset: number;
}

/**
 * The timesteps of `count` steps, descending.
 *
 * @throws RangeError unless `1 <= count <= num_train_timesteps`, or where the offset leads beyond them
 */
export function spacedTimesteps(
  count: number,
  { num_train_timesteps: timesteps, timestep_spacing: spacing, steps_offset: offset }: TimestepSpacing,
): number[] {
  if (!Number.isInteger(count) || count < 1 || count > timesteps) {
    throw new RangeError(`setTimesteps: expected 1 to ${timesteps} steps, found ${count}`);
  }
  const descending = (f: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => f(count - 1 - i));
  switch (spacing) {
    case 'linspace':
      return descending((i) => roundHalfToEven(count > 1 ? (i * (timesteps - 1)) / (count - 1) : 0));
    case 'leading': {
      const stride = Math.floor(timesteps / count);
      const last = (count - 1) * stride + offset;
      if (last < timesteps) return descending((i) => i * stride + offset);
      throw new RangeError(
        `setTimesteps: ${count} steps with steps_offset ${offset} begin at timestep ${last}, and the last is ${timesteps - 1}`,
      );
    }
    case 'trailing':
      return Array.from({ length: count }, (_, i) => roundHalfToEven(timesteps - (i * timesteps) / count) - 1);
  }
}
