/** How the steps of a sampler are spread over the timesteps of the diffusion. */
export const discretizations = ['uniform', 'quad'] as const;
export type Discretization = (typeof discretizations)[number];

/** What the samplers take that leave timesteps out. */
export interface DiscretizationOptions {
  /** Number of steps asked for; `uniform` spacing may give some more, `quad` fewer. */
  readonly steps: number;
  /** `uniform` where absent. */
  readonly discretize?: Discretization | undefined;
}

/**
 * The timesteps that a sampler visits, ascending (`make_ddim_timesteps`). `uniform`: every `floor(timesteps / steps)`-th;
 * `quad`: the squares of a line from 0 to `sqrt(0.8 timesteps)`, without the repetitions that the published code has and
 * that change nothing. Moved up by one, but for `uniform` where it is every single one.
 *
 * @throws RangeError unless `1 <= steps <= timesteps`
 */
export function ddimTimesteps(steps: number, timesteps: number, discretize: Discretization = 'uniform'): number[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > timesteps) {
    throw new RangeError(`ddimTimesteps: expected 1 to ${timesteps} steps, found ${steps}`);
  }
  const stride = Math.floor(timesteps / steps);
  const shift = discretize === 'uniform' && stride === 1 ? 0 : 1;
  const spread =
    discretize === 'uniform'
      ? Array.from({ length: Math.ceil(timesteps / stride) }, (_, i) => i * stride)
      : line(Math.sqrt(timesteps * 0.8), steps).map((root) => Math.floor(root ** 2));
  return [...new Set(spread.map((t) => Math.min(t + shift, timesteps - 1)))];
}

/** From 0 to `end`, which is exact, in the order of operations that NumPy has: the squares are rounded down. */
function line(end: number, count: number): number[] {
  const step = count > 1 ? end / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? end : i * step));
}

/** One step down: the levels of noise before and after it. */
export interface Descent {
  readonly timestep: number;
  readonly alphaBar: number;
  /** The timestep of the level after the step; absent after the last one. */
  readonly nextTimestep: number | undefined;
  readonly nextAlphaBar: number;
}

/**
 * The steps from the noisiest of these timesteps to the level below the first of them.
 *
 * @param timesteps ascending
 * @param last product of alphas at the end: 1 for a clean image
 */
export function descents(timesteps: readonly number[], alphasCumprod: Float64Array, last: number): Descent[] {
  return timesteps
    .map((timestep, i) => {
      const nextTimestep = timesteps[i - 1];
      const nextAlphaBar = nextTimestep === undefined ? last : (alphasCumprod[nextTimestep] ?? NaN);
      return { timestep, alphaBar: alphasCumprod[timestep] ?? NaN, nextTimestep, nextAlphaBar };
    })
    .reverse();
}
