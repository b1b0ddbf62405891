import * as tf from '@tensorflow/tfjs-core';
import { atNoiseLevel } from '../prediction.js';
import { runSteps, type SamplerOptions } from '../sampler.js';
import type { NoiseScheduler } from './noise-scheduler.js';

/** What a network says of `x [N, H, W, C]` at the one timestep of the whole batch, as it was trained to; guidance inside. */
export type NetworkOutput = (x: tf.Tensor4D, timestep: number) => tf.Tensor4D;

export interface ScheduledOptions extends Omit<SamplerOptions, 'denoiser' | 'alphasCumprod' | 'correction'> {
  readonly scheduler: NoiseScheduler;
  readonly network: NetworkOutput;
  readonly steps: number;
  /** The noise of steps that have such a setting, from 0 for none to 1 for that of DDPM; 0 where absent. */
  readonly eta?: number | undefined;
}

/**
 * The whole loop of a diffusers scheduler, as its pipelines run it: the timesteps are its own, also where an image to begin
 * with leaves only the last of them (`StableDiffusionImg2ImgPipeline`); what is known of an image is set anew after each
 * step, with the noise that the images begin with (`StableDiffusionInpaintPipeline`).
 *
 * @returns the sampled images `[N, H, W, C]`
 * @throws RangeError where the scheduler has no timesteps for so many steps
 */
export async function scheduled(options: ScheduledOptions): Promise<tf.Tensor4D> {
  const { scheduler, network, steps, eta = 0, known, ...loop } = options;
  const { xT, generator } = options;
  const { alphasCumprod } = scheduler;
  scheduler.setTimesteps(steps);
  const { timesteps } = scheduler;
  const taken = timesteps.map((timestep, i) => ({
    timestep,
    update: (x: tf.Tensor4D) => {
      const { prevSample } = scheduler.step(network(x, timestep), timestep, x, { eta, generator });
      if (!known) return { x: prevSample };
      const next = timesteps[i + 1];
      const given = next === undefined ? known.x0 : atNoiseLevel({ x0: known.x0, eps: xT }, alphasCumprod[next] ?? NaN);
      return { x: tf.add<tf.Tensor4D>(tf.mul(given, known.mask), tf.mul(prevSample, tf.sub(1, known.mask))) };
    },
  }));
  return runSteps({ ...loop, alphasCumprod }, taken);
}
