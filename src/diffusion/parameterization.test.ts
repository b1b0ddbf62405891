import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { GaussianDiffusion } from './gaussian-diffusion.js';
import { NoiseSchedule } from './noise-schedule.js';
import { parameterizations } from './parameterization.js';

const diffusion = new GaussianDiffusion(new NoiseSchedule(Float64Array.of(0.1, 0.5, 1)));

onEveryEngine('parameterizations', (test) => {
  for (const name of ['eps', 'x0', 'v'] as const) {
    test(`a network that hits the target of ${name} knows image and noise`, () => {
      const { target, predict } = parameterizations[name];
      tf.tidy(() => {
        const xStart = tf.tensor4d([0.5, -2, 1], [3, 1, 1, 1]);
        const noise = tf.tensor4d([1.5, 0.25, -1], [3, 1, 1, 1]);
        const timesteps = [0, 1, 2];
        const t = tf.tensor1d(timesteps, 'int32');
        const noisy = diffusion.qSample(xStart, t, noise);
        const output = target(diffusion, { xStart, t, noise });
        for (const i of timesteps) {
          const at = (tensor: tf.Tensor4D) => tf.slice(tensor, i, 1);
          const known = () => predict(at(output), at(noisy), diffusion.schedule.alphasCumprod[i]!);
          if (name === 'eps' && i === 2) {
            assert.throws(known, /where alphas_cumprod is 0, predicted noise does not say the image/);
            continue;
          }
          const { x0, eps } = known();
          assertClose(x0.dataSync(), at(xStart).dataSync(), 1e-6, `x0 at ${i}`);
          assertClose(eps.dataSync(), at(noise).dataSync(), 1e-6, `eps at ${i}`);
        }
      });
    });
  }

  test('velocity, with its weights in the bound', () => {
    const { target, elboWeights } = parameterizations.v;
    tf.tidy(() => {
      const xStart = tf.tensor4d([2], [1, 1, 1, 1]);
      const noise = tf.tensor4d([3], [1, 1, 1, 1]);
      const v = target(diffusion, { xStart, t: tf.tensor1d([1], 'int32'), noise });
      // The product of alphas is 0.9 * 0.5.
      assertClose(v.dataSync(), [Math.sqrt(0.45) * 3 - Math.sqrt(0.55) * 2], 1e-6, 'v');
    });
    assert.equal([...elboWeights(diffusion.schedule)], [1, 1, 1]);
  });
});
