import { UserError, type Problem } from '../../errors.js';
import type { DDPMSchedulerParams, DDIMSchedulerParams } from './noise-scheduler.params.js';
import type { NoiseScheduler } from './noise-scheduler.js';

/** What a network predicts, by diffusers' names. */
export type PredictionType = DDIMSchedulerParams['prediction_type'];

/** What a network was trained on, by which a scheduler is judged. */
export interface TrainedSchedule {
  /** Products of alphas, `[timesteps]`. */
  readonly alphasCumprod: Float64Array;
  readonly predictionType: PredictionType;
}

/** How a scheduler goes together with a network. */
export interface ScheduleMatch {
  /** Why it cannot draw from it; empty where it can. */
  readonly problems: readonly Problem[];
  /** What is legal, and rarely meant. */
  readonly note?: string;
}

/** Products of alphas nearer than this are the same: one side computes in float32. */
const SAME = 1e-4;

/**
 * What speaks against drawing with a scheduler from a network: another number of timesteps, another meaning of what the
 * network says, a variance that it does not say, or no room for so many steps. Other betas are worth a note.
 */
export function scheduleMatch(
  scheduler: NoiseScheduler,
  { alphasCumprod, predictionType }: TrainedSchedule,
  steps: number,
): ScheduleMatch {
  const { params } = scheduler;
  const { num_train_timesteps: timesteps, prediction_type: meant } = params;
  const problems: Problem[] = [];
  const differs = (path: string, found: string, expected: string): void => {
    problems.push({ path, problem: 'is not as the model was trained', found, expected });
  };
  if (timesteps !== alphasCumprod.length) {
    differs('num_train_timesteps', String(timesteps), `${alphasCumprod.length}, the timesteps of the model`);
  }
  if (meant !== predictionType) differs('prediction_type', meant, `${predictionType}, what the model predicts`);
  const { variance_type: variance } = params as Partial<DDPMSchedulerParams>;
  if (variance?.startsWith('learned') === true) {
    differs('variance_type', variance, 'fixed_small or fixed_large: the model says nothing of the variance');
  }
  if (problems.length > 0) return { problems };
  try {
    scheduler.setTimesteps(steps);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return { problems: [{ problem: cause.message, remedy: 'take fewer steps' }] };
  }
  const apart = alphasCumprod.findIndex((own, t) => !(Math.abs(own - (scheduler.alphasCumprod[t] ?? NaN)) < SAME));
  if (apart < 0) return { problems };
  const [own = NaN, its = NaN] = [alphasCumprod[apart], scheduler.alphasCumprod[apart]];
  const where = `at timestep ${apart} alphas_cumprod is ${its.toPrecision(4)}, of the model ${own.toPrecision(4)}`;
  return { problems, note: `the scheduler has other betas than the model was trained with: ${where}` };
}

/** @throws UserError where a scheduler cannot draw from a network */
export function requireMatch(scheduler: NoiseScheduler, trained: TrainedSchedule, steps: number): void {
  const { problems } = scheduleMatch(scheduler, trained, steps);
  const where = scheduler.constructor.name;
  if (problems.length > 0) throw new UserError(problems.map((problem) => ({ where, ...problem })));
}
