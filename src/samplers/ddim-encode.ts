import type * as tf from '@tensorflow/tfjs-core';
import { ddimDescents, type DdimOptions } from './ddim.js';
import { atNoiseLevel, fromNoise } from './prediction.js';
import { runSteps } from './sampler.js';

export interface DdimEncodeOptions extends Pick<
  DdimOptions,
  'denoiser' | 'alphasCumprod' | 'steps' | 'discretize' | 'useOriginalSteps' | 'generator' | 'onStep'
> {
  /** Clean images `[N, H, W, C]`; not disposed. */
  readonly x0: tf.Tensor4D;
  /** How many of the steps are gone up; all where absent. */
  readonly encodedSteps?: number | undefined;
}

/**
 * DDIM run backwards without noise, from images to the noise that they would be sampled from (Song et al. 2021, section
 * 4.3). `ddim` with `eta` 0, the result as `xT` and `encodedSteps` as `lastSteps` leads back, the closer the more steps.
 * Like the published code it takes the noise predicted at the timestep that a step goes up to; which timestep that is,
 * the published code says rightly with `useOriginalSteps` alone: without, it hands the network the number of the step.
 *
 * @returns noisy images `[N, H, W, C]` at the level of the timestep that the last step goes up to
 * @throws RangeError unless `1 <= encodedSteps <= steps`
 */
export async function ddimEncode({ x0, encodedSteps, ...options }: DdimEncodeOptions): Promise<tf.Tensor4D> {
  const { denoiser } = options;
  const ascents = ddimDescents(options)
    .reverse()
    .map(({ timestep, alphaBar, nextAlphaBar: below }) => ({
      timestep,
      update: (x: tf.Tensor4D) => {
        const { eps } = denoiser(x, timestep);
        return { x: atNoiseLevel(fromNoise(eps, x, below), alphaBar) };
      },
    }));
  const count = encodedSteps ?? ascents.length;
  if (!Number.isInteger(count) || count < 1 || count > ascents.length) {
    throw new RangeError(`ddimEncode: expected 1 to ${ascents.length} steps, found ${count}`);
  }
  return runSteps({ ...options, xT: x0 }, ascents.slice(0, count));
}
