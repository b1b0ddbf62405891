/**
 * Learning-rate schedules as latent-diffusion has them (`ldm/lr_scheduler.py`): pure functions from the global step to a
 * factor of the learning rate, so that a resumed run goes on exactly.
 */
export type LearningRateSchedule = (globalStep: number) => number;

export interface WarmUpCosineOptions {
  readonly warm_up_steps: number;
  readonly lr_min: number;
  readonly lr_max: number;
  readonly lr_start: number;
  readonly max_decay_steps: number;
}

/** `LambdaWarmUpCosineScheduler`: a line from `lr_start` to `lr_max`, then half a cosine down to `lr_min`, then that. */
export function warmUpCosine(options: WarmUpCosineOptions): LearningRateSchedule {
  const { warm_up_steps: warmUp, lr_min: min, lr_max: max, lr_start: start, max_decay_steps: end } = options;
  return (step) =>
    step < warmUp
      ? start + ((max - start) / warmUp) * step
      : halfCosine(max, min, Math.min((step - warmUp) / (end - warmUp), 1));
}

/** One value per cycle in each list. */
export interface CyclesOptions {
  readonly warm_up_steps: readonly number[];
  readonly f_min: readonly number[];
  readonly f_max: readonly number[];
  readonly f_start: readonly number[];
  readonly cycle_lengths: readonly number[];
}

/** `LambdaWarmUpCosineScheduler2`: cycles of a warm-up and half a cosine. The last step of a cycle is still its own. */
export function warmUpCosineCycles(options: CyclesOptions): LearningRateSchedule {
  return inCycles(options, ({ max, min, warmUp, length }, step) =>
    halfCosine(max, min, Math.min((step - warmUp) / (length - warmUp), 1)),
  );
}

/** `LambdaLinearScheduler`: cycles of a warm-up and a line, which would reach `f_min` at the cycle's end. */
export function linearCycles(options: CyclesOptions): LearningRateSchedule {
  return inCycles(options, ({ max, min, length }, step) => min + ((max - min) * (length - step)) / length);
}

interface Cycle {
  readonly warmUp: number;
  readonly min: number;
  readonly max: number;
  readonly start: number;
  readonly length: number;
}

function inCycles(options: CyclesOptions, afterWarmUp: (cycle: Cycle, step: number) => number): LearningRateSchedule {
  const cycles = options.cycle_lengths.map((length, i): Cycle => {
    const at = (values: readonly number[]) => values[i] ?? NaN;
    return {
      length,
      warmUp: at(options.warm_up_steps),
      min: at(options.f_min),
      max: at(options.f_max),
      start: at(options.f_start),
    };
  });
  return (globalStep) => {
    let step = globalStep;
    for (const [i, cycle] of cycles.entries()) {
      // The last cycle goes on: what a step beyond all cycles means, the publication leaves open.
      if (step <= cycle.length || i === cycles.length - 1) {
        const within = Math.min(step, cycle.length);
        return within < cycle.warmUp
          ? cycle.start + ((cycle.max - cycle.start) / cycle.warmUp) * within
          : afterWarmUp(cycle, within);
      }
      step -= cycle.length;
    }
    return 1;
  };
}

/** From `max` at 0 to `min` at 1. */
function halfCosine(max: number, min: number, progress: number): number {
  return min + 0.5 * (max - min) * (1 + Math.cos(progress * Math.PI));
}
