import * as tf from '@tensorflow/tfjs-core';
import { makeBetaSchedule } from '../../../diffusion/beta-schedule.js';
import { NoiseSchedule } from '../../../diffusion/noise-schedule.js';
import { parameterizations } from '../../../diffusion/parameterization.js';
import { UNetModel } from '../../../models/unet/unet-model.js';
import { RandomStreams } from '../../../random/index.js';
import { ddim, type Denoiser } from '../../../samplers/index.js';
import { fillByName } from '../hash-fill.js';
import { ddpm32 } from '../networks.js';
import { pattern, sumOfMagnitudes, waitFor } from '../tensors.js';
import type { PreparedWorkload, Workload } from './workload.js';

const BATCH = 4;
const SIZE = 32;
const TIMESTEPS = 1000;
const STEPS = 50;
/** Enough to go through every line of the sampler. */
const CHECK_STEPS = 5;

export const ddim50: Workload = {
  name: 'ddim50_b4_32px',
  summary: `DDIM, ${STEPS} steps, eta 0, with the UNet of unet_train_b8_32px, ${SIZE}×${SIZE}, batch ${BATCH}`,
  parts: [
    {
      name: 'sampling',
      work: { amount: 2 * STEPS * BATCH * ddpm32.multiplyAdds, unit: 'FLOP' },
      tellsConvolutions: true,
    },
  ],
  engines: ['torch'],
  mixedPrecision: true,
  pytorch: 'pytorch_ddim.py',
  rounds: 3,
  published: { seconds: [10.3, 12.7], convolutionRate: 221e9 },
  prepare,
};

function prepare(): PreparedWorkload {
  const unet = new UNetModel(ddpm32.params).eval();
  fillByName(unet);
  const { alphasCumprod } = new NoiseSchedule(makeBetaSchedule('linear', TIMESTEPS));
  const xT = tf.tidy(() => tf.mul<tf.Tensor4D>(pattern([BATCH, SIZE, SIZE, 3]), 3));
  const generator = new RandomStreams(0).get('sample');
  const denoiser: Denoiser = (x, timestep) =>
    tf.tidy(() => {
      const eps = unet.forward({ x, timesteps: tf.fill<tf.Rank.R1>([BATCH], timestep, 'int32') });
      return parameterizations.eps.predict(eps, x, alphasCumprod[timestep] ?? NaN);
    });
  const sample = (steps: number) => ddim({ denoiser, alphasCumprod, xT, generator, steps, eta: 0 });
  return {
    async check() {
      const images = await sample(CHECK_STEPS);
      const check = sumOfMagnitudes([images]);
      images.dispose();
      return check;
    },
    async run(_, repetitions) {
      for (let i = 0; i < repetitions; i++) {
        const images = await sample(STEPS);
        waitFor(images);
        images.dispose();
      }
    },
  };
}
