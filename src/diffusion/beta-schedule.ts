/** How the noise grows over the diffusion steps. */
export const betaScheduleNames = ['linear', 'cosine', 'sqrt_linear', 'sqrt', 'quadratic', 'sigmoid'] as const;
export type BetaScheduleName = (typeof betaScheduleNames)[number];

export interface BetaScheduleOptions {
  readonly linearStart?: number;
  readonly linearEnd?: number;
  readonly cosineS?: number;
  /** The least and the greatest beta of the cosine. */
  readonly cosineClip?: readonly [number, number];
}

/**
 * The betas of a forward diffusion, float64 `[timesteps]` (`ldm.modules.diffusionmodules.util.make_beta_schedule`).
 * `linear`: the square of a line between the square roots of start and end, as latent-diffusion has it; `cosine`:
 * Nichol and Dhariwal 2021, eq. 17, clipped to [0, 0.999]; `sqrt_linear`: a line; `sqrt`: the square root of one.
 * Of the article "DDPM core code", where `linear` is `sqrt_linear`: `quadratic`, another name of `linear` here, and
 * `sigmoid`, the logistic function of a line from -6 to 6 between start and end.
 */
export function makeBetaSchedule(
  name: BetaScheduleName,
  timesteps: number,
  { linearStart = 1e-4, linearEnd = 2e-2, cosineS = 8e-3, cosineClip = [0, 0.999] }: BetaScheduleOptions = {},
): Float64Array {
  switch (name) {
    case 'linear':
    case 'quadratic':
      return line(Math.sqrt(linearStart), Math.sqrt(linearEnd), timesteps).map((root) => root ** 2);
    case 'sqrt_linear':
      return line(linearStart, linearEnd, timesteps);
    case 'sqrt':
      return line(linearStart, linearEnd, timesteps).map(Math.sqrt);
    case 'sigmoid':
      return line(-6, 6, timesteps).map((x) => linearStart + (linearEnd - linearStart) / (1 + Math.exp(-x)));
    case 'cosine': {
      const alphaBar = (t: number) => Math.cos((((t / timesteps + cosineS) / (1 + cosineS)) * Math.PI) / 2) ** 2;
      return Float64Array.from({ length: timesteps }, (_, t) =>
        Math.min(Math.max(1 - alphaBar(t + 1) / alphaBar(t), cosineClip[0]), cosineClip[1]),
      );
    }
  }
}

/** `count` values at equal distances, both ends included. */
function line(start: number, end: number, count: number): Float64Array {
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return Float64Array.from({ length: count }, (_, i) => start + step * i);
}
