import { roundHalfToEven } from '../rounding.js';

/**
 * The timestep whose noise a condition gets at each timestep of the image, int32 `[timesteps]`
 * (`LatentDiffusion.make_cond_schedule`): the first `count` run from none to the last in equal steps, all after them are
 * the last.
 */
export function conditionTimesteps(timesteps: number, count: number): Int32Array {
  const last = timesteps - 1;
  return Int32Array.from({ length: timesteps }, (_, t) => {
    if (t >= count) return last;
    return count > 1 ? roundHalfToEven((last * t) / (count - 1)) : 0;
  });
}
