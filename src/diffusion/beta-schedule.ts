/** How the noise grows over the diffusion steps. */
export type BetaScheduleName = 'linear' | 'cosine';

export interface BetaScheduleOptions {
  readonly linearStart?: number;
  readonly linearEnd?: number;
  readonly cosineS?: number;
}

/**
 * The betas of a forward diffusion, float64 `[timesteps]` (`ldm.modules.diffusionmodules.util.make_beta_schedule`).
 * `linear`: the square of a line between the square roots of start and end, as latent-diffusion has it; `cosine`:
 * Nichol and Dhariwal 2021, eq. 17, clipped to [0, 0.999].
 */
export function makeBetaSchedule(
  name: BetaScheduleName,
  timesteps: number,
  { linearStart = 1e-4, linearEnd = 2e-2, cosineS = 8e-3 }: BetaScheduleOptions = {},
): Float64Array {
  switch (name) {
    case 'linear': {
      const start = Math.sqrt(linearStart);
      const step = timesteps > 1 ? (Math.sqrt(linearEnd) - start) / (timesteps - 1) : 0;
      return Float64Array.from({ length: timesteps }, (_, t) => (start + step * t) ** 2);
    }
    case 'cosine': {
      const alphaBar = (t: number) => Math.cos((((t / timesteps + cosineS) / (1 + cosineS)) * Math.PI) / 2) ** 2;
      return Float64Array.from({ length: timesteps }, (_, t) =>
        Math.min(Math.max(1 - alphaBar(t + 1) / alphaBar(t), 0), 0.999),
      );
    }
  }
}
