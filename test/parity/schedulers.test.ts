import * as tf from '@tensorflow/tfjs-core';
import { readdirSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { DDIMScheduler, DDPMScheduler } from '../../src/samplers/schedulers/index.js';
import { assertClose, OUTPUT_TOLERANCE, published, toTensor } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden, type Golden } from '../support/golden.js';

const SCHEDULE_TOLERANCE = 1e-6;
const files = readdirSync(new URL('../fixtures/golden', import.meta.url)).map((file) => file.replace(/\.[^.]+$/, ''));
const named = (prefix: string) => files.filter((file) => file.startsWith(prefix));

/** Entry `k` of a golden list of images `[K, N, C, H, W]`, as NHWC. */
function entry(golden: Golden, name: string, k: number): tf.Tensor4D {
  const { shape } = golden.get(name);
  const [, n = 0, c = 0, h = 0, w = 0] = shape;
  const size = n * c * h * w;
  const values = golden.floats(name).subarray(k * size, (k + 1) * size);
  return tf.tidy(() => tf.transpose(tf.tensor4d(values, [n, c, h, w]), [0, 2, 3, 1]));
}

onEveryEngine(
  "diffusers' schedulers against the published ones",
  (test) => {
    for (const name of named('ddim_scheduler')) {
      const golden = readGolden(name);
      const steps = Number(golden.metadata.num_inference_steps);

      test(`${name}: timesteps, the schedule, noise and velocity`, () => {
        const scheduler = new DDIMScheduler(golden.params);
        scheduler.setTimesteps(steps);
        assert.equal([...scheduler.timesteps], [...golden.ints('out.timesteps')]);
        assertClose(scheduler.alphasCumprod, golden.floats('out.alphas_cumprod'), SCHEDULE_TOLERANCE, 'alphas_cumprod');
        const [x0, noise] = ['in.x0', 'in.noise'].map((key) => toTensor(golden.get(key)) as tf.Tensor4D);
        const t = tf.tensor1d(golden.ints('in.t'), 'int32');
        const noisy = scheduler.addNoise(x0!, noise!, t);
        const velocity = scheduler.getVelocity(x0!, noise!, t);
        assertClose(published(noisy), golden.floats('out.add_noise'), OUTPUT_TOLERANCE, 'add_noise');
        assertClose(published(velocity), golden.floats('out.velocity'), OUTPUT_TOLERANCE, 'velocity');
        tf.dispose([x0!, noise!, t, noisy, velocity]);
      });

      for (const eta of [0, 0.7]) {
        test(`${name}: ${steps} steps, eta ${eta}`, () => {
          const scheduler = new DDIMScheduler(golden.params);
          scheduler.setTimesteps(steps);
          const before = tf.memory().numTensors;
          let sample = toTensor(golden.get('in.sample')) as tf.Tensor4D;
          for (const [k, timestep] of scheduler.timesteps.entries()) {
            const varianceNoise = eta > 0 ? entry(golden, 'in.variance_noise', k) : undefined;
            const output = entry(golden, 'in.model_output', k);
            const options = { eta, useClippedModelOutput: eta > 0, varianceNoise };
            const { prevSample, predOriginalSample } = scheduler.step(output, timestep, sample, options);
            const expected = `out.eta${eta === 0 ? '0.0' : eta}.step${k}`;
            if (golden.tensors.has(`${expected}.prev`)) {
              assertClose(published(prevSample), golden.floats(`${expected}.prev`), OUTPUT_TOLERANCE, `step ${k}`);
              assertClose(published(predOriginalSample), golden.floats(`${expected}.x0`), OUTPUT_TOLERANCE, `x0 ${k}`);
            }
            tf.dispose([sample, output, predOriginalSample, varianceNoise ?? []]);
            sample = prevSample;
          }
          sample.dispose();
          assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
        });
      }
    }

    for (const name of named('ddpm_scheduler')) {
      const golden = readGolden(name);
      test(`${name}: every step`, () => {
        const scheduler = new DDPMScheduler(golden.params);
        const before = tf.memory().numTensors;
        let sample = toTensor(golden.get('in.sample')) as tf.Tensor4D;
        for (const [k, timestep] of scheduler.timesteps.entries()) {
          const varianceNoise = entry(golden, 'in.variance_noise', k);
          const output = entry(golden, 'in.model_output', k);
          const { prevSample, predOriginalSample } = scheduler.step(output, timestep, sample, { varianceNoise });
          if (golden.tensors.has(`out.step${k}`)) {
            assertClose(published(prevSample), golden.floats(`out.step${k}`), OUTPUT_TOLERANCE, `step ${k}`);
          }
          tf.dispose([sample, output, predOriginalSample, varianceNoise]);
          sample = prevSample;
        }
        sample.dispose();
        assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      });
    }
  },
  ['torch', 'cpu'],
);
