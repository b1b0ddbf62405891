import { withDefaults, type Params, type ParamsInput } from '../params.js';
import type { LearningRateSchedule } from './lr-schedule.js';
import { cosineWithWarmUpParams, type constantWithWarmUpParams } from './warm-up.params.js';

/** The whole rate at every step (Hugging Face's `get_constant_schedule`). */
export function constant(): LearningRateSchedule {
  return () => 1;
}

/** A line from 0 to the whole rate, then that (Hugging Face's `get_constant_schedule_with_warmup`). */
export function constantWithWarmUp({
  num_warmup_steps: warmUp,
}: Params<typeof constantWithWarmUpParams>): LearningRateSchedule {
  return (step) => (step < warmUp ? step / warmUp : 1);
}

/**
 * A line from 0 to the whole rate, then `max(0, (1 + cos(2π · num_cycles · progress)) / 2)`, with progress from 0 to 1 over
 * the steps that are left (Hugging Face's `get_cosine_schedule_with_warmup`; Loshchilov and Hutter 2017, eq. 5). As
 * published, the wave goes on beyond `num_training_steps`: a training that goes on longer sees the rate rise again.
 */
export function cosineWithWarmUp(options: ParamsInput<typeof cosineWithWarmUpParams>): LearningRateSchedule {
  const {
    num_warmup_steps: warmUp,
    num_training_steps: end,
    num_cycles: cycles,
  } = withDefaults(cosineWithWarmUpParams, options);
  const length = Math.max(1, end - warmUp);
  return (step) =>
    step < warmUp
      ? step / warmUp
      : Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * cycles * ((step - warmUp) / length))));
}
