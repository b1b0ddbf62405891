/** The schedules that diffusers knows by name; `sigmoid` DDPMScheduler alone. */
export const schedulerBetaNames = ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid'] as const;

export interface SchedulerBetasOptions {
  readonly num_train_timesteps: number;
  readonly beta_start: number;
  readonly beta_end: number;
  readonly beta_schedule: (typeof schedulerBetaNames)[number];
  readonly trained_betas: readonly number[] | null;
  readonly rescale_betas_zero_snr: boolean;
}

/**
 * The betas of a diffusers scheduler, `[timesteps]`, rounded to float32 where diffusers computes in it. `scaled_linear` is
 * the square of a line of roots, `squaredcos_cap_v2` Nichol and Dhariwal 2021, eq. 17, up to 0.999.
 */
export function schedulerBetas(options: SchedulerBetasOptions): Float32Array {
  const betas = namedBetas(options);
  return options.rescale_betas_zero_snr ? rescaleZeroTerminalSnr(betas) : betas;
}

/** Products of alphas, `[timesteps]`, of float32 values as in diffusers. */
export function schedulerAlphasCumprod(betas: Float32Array): Float64Array {
  let product = 1;
  return Float64Array.from(betas, (beta) => Math.fround((product *= Math.fround(1 - beta))));
}

function namedBetas({
  num_train_timesteps: count,
  beta_start: start,
  beta_end: end,
  beta_schedule: name,
  trained_betas: trained,
}: SchedulerBetasOptions): Float32Array {
  if (trained) return Float32Array.from(trained);
  switch (name) {
    case 'linear':
      return line(start, end, count);
    case 'scaled_linear':
      return line(Math.sqrt(start), Math.sqrt(end), count).map((root) => root ** 2);
    case 'squaredcos_cap_v2': {
      const alphaBar = (t: number) => Math.cos((((t / count + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      return Float32Array.from({ length: count }, (_, t) => Math.min(1 - alphaBar(t + 1) / alphaBar(t), 0.999));
    }
    case 'sigmoid':
      return line(-6, 6, count).map((x) => (end - start) / (1 + Math.exp(-x)) + start);
  }
}

/**
 * Betas whose last product of alphas is 0: the roots of the products are moved and scaled so that the last is 0 and the
 * first what it was (Lin et al. 2024, algorithm 1).
 */
function rescaleZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = schedulerAlphasCumprod(betas).map(Math.sqrt);
  const first = roots[0] ?? NaN;
  const last = roots.at(-1) ?? NaN;
  const alphaBars = roots.map((root) => (((root - last) * first) / (first - last)) ** 2);
  return Float32Array.from(alphaBars, (alphaBar, t) => 1 - alphaBar / (t === 0 ? 1 : (alphaBars[t - 1] ?? NaN)));
}

/** `count` values at equal distances, both ends included: counted from the nearer end, as PyTorch does. */
function line(start: number, end: number, count: number): Float32Array {
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? start + step * i : end - step * (count - 1 - i),
  );
}
