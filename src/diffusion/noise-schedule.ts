/**
 * The constants of a diffusion process that follow from its betas (Ho et al. 2020, eq. 4, 7 and 15), float64
 * `[timesteps]` each, named as the published buffers are.
 */
export class NoiseSchedule {
  readonly betas: Float64Array;
  readonly alphas: Float64Array;
  readonly alphasCumprod: Float64Array;
  readonly alphasCumprodPrev: Float64Array;
  readonly sqrtAlphasCumprod: Float64Array;
  readonly sqrtOneMinusAlphasCumprod: Float64Array;
  readonly logOneMinusAlphasCumprod: Float64Array;
  readonly sqrtRecipAlphasCumprod: Float64Array;
  readonly sqrtRecipm1AlphasCumprod: Float64Array;
  readonly posteriorVariance: Float64Array;
  /** The log of the posterior variance, which is 0 at t = 0, clipped at 1e-20. */
  readonly posteriorLogVarianceClipped: Float64Array;
  readonly posteriorMeanCoef1: Float64Array;
  readonly posteriorMeanCoef2: Float64Array;

  /** @param vPosterior weight of the upper bound beta in the posterior variance, in [0, 1] */
  constructor(betas: Float64Array, vPosterior = 0) {
    const perStep = (f: (t: number) => number) => Float64Array.from(betas, (_, t) => f(t));
    const at = (values: Float64Array, t: number) => values[t] ?? NaN;
    this.betas = betas;
    this.alphas = perStep((t) => 1 - at(betas, t));
    let product = 1;
    this.alphasCumprod = perStep((t) => (product *= at(this.alphas, t)));
    const { alphas, alphasCumprod } = this;
    this.alphasCumprodPrev = perStep((t) => (t === 0 ? 1 : at(alphasCumprod, t - 1)));
    const { alphasCumprodPrev } = this;
    this.sqrtAlphasCumprod = perStep((t) => Math.sqrt(at(alphasCumprod, t)));
    this.sqrtOneMinusAlphasCumprod = perStep((t) => Math.sqrt(1 - at(alphasCumprod, t)));
    this.logOneMinusAlphasCumprod = perStep((t) => Math.log(1 - at(alphasCumprod, t)));
    this.sqrtRecipAlphasCumprod = perStep((t) => Math.sqrt(1 / at(alphasCumprod, t)));
    this.sqrtRecipm1AlphasCumprod = perStep((t) => Math.sqrt(1 / at(alphasCumprod, t) - 1));
    this.posteriorVariance = perStep(
      (t) =>
        ((1 - vPosterior) * at(betas, t) * (1 - at(alphasCumprodPrev, t))) / (1 - at(alphasCumprod, t)) +
        vPosterior * at(betas, t),
    );
    this.posteriorLogVarianceClipped = perStep((t) => Math.log(Math.max(at(this.posteriorVariance, t), 1e-20)));
    this.posteriorMeanCoef1 = perStep(
      (t) => (at(betas, t) * Math.sqrt(at(alphasCumprodPrev, t))) / (1 - at(alphasCumprod, t)),
    );
    this.posteriorMeanCoef2 = perStep(
      (t) => ((1 - at(alphasCumprodPrev, t)) * Math.sqrt(at(alphas, t))) / (1 - at(alphasCumprod, t)),
    );
  }

  get timesteps(): number {
    return this.betas.length;
  }
}

/** The published names of the schedule's buffers in a state_dict, with their values. */
export function scheduleBuffers(schedule: NoiseSchedule): [string, Float64Array][] {
  return [
    ['betas', schedule.betas],
    ['alphas_cumprod', schedule.alphasCumprod],
    ['alphas_cumprod_prev', schedule.alphasCumprodPrev],
    ['sqrt_alphas_cumprod', schedule.sqrtAlphasCumprod],
    ['sqrt_one_minus_alphas_cumprod', schedule.sqrtOneMinusAlphasCumprod],
    ['log_one_minus_alphas_cumprod', schedule.logOneMinusAlphasCumprod],
    ['sqrt_recip_alphas_cumprod', schedule.sqrtRecipAlphasCumprod],
    ['sqrt_recipm1_alphas_cumprod', schedule.sqrtRecipm1AlphasCumprod],
    ['posterior_variance', schedule.posteriorVariance],
    ['posterior_log_variance_clipped', schedule.posteriorLogVarianceClipped],
    ['posterior_mean_coef1', schedule.posteriorMeanCoef1],
    ['posterior_mean_coef2', schedule.posteriorMeanCoef2],
  ];
}
