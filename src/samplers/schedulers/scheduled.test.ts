import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../../test/support/compare.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { gaussianDenoiser } from '../../../test/support/gaussian.js';
import { RandomStreams } from '../../random/index.js';
import { ddim } from '../ddim.js';
import { guided, guidedOutput } from '../guidance.js';
import type { Denoiser } from '../prediction.js';
import {
  DDIMScheduler,
  DDPMScheduler,
  requireMatch,
  scheduled,
  scheduleMatch,
  type ScheduledOptions,
} from './index.js';
import type { DDIMSchedulerOptions } from './noise-scheduler.params.js';

const TIMESTEPS = 100;
const SHAPE: [number, number, number, number] = [2, 3, 3, 2];

/** As CompVis has it: a line of roots of betas, timesteps moved by one, down to the noise of timestep 0. */
const compvis: DDIMSchedulerOptions = {
  num_train_timesteps: TIMESTEPS,
  beta_schedule: 'scaled_linear',
  clip_sample: false,
  set_alpha_to_one: false,
  steps_offset: 1,
};
const betas = Array.from(
  { length: TIMESTEPS },
  (_, t) => (Math.sqrt(1e-4) + ((Math.sqrt(2e-2) - Math.sqrt(1e-4)) * t) / (TIMESTEPS - 1)) ** 2,
);
let product = 1;
const alphasCumprod = Float64Array.from(betas, (beta) => (product *= 1 - beta));
const denoiser = gaussianDenoiser(alphasCumprod);
const network = (x: tf.Tensor4D, t: number): tf.Tensor4D => tf.tidy(() => denoiser(x, t).eps);

/** Draws by the scheduler with seed 1; the values. */
async function drawn(options: Partial<ScheduledOptions> = {}): Promise<Float32Array> {
  const scheduler = new DDIMScheduler(compvis);
  return valuesOf((common) => scheduled({ scheduler, network, steps: 10, ...common, ...options }));
}

/** The same by our own sampler. */
async function ownDrawn(options: { eta?: number; init?: tf.Tensor4D; lastSteps?: number; denoiser?: Denoiser } = {}) {
  return valuesOf((common) => ddim({ denoiser, alphasCumprod, steps: 10, eta: 0, ...common, ...options }));
}

async function valuesOf(
  draw: (common: Pick<ScheduledOptions, 'xT' | 'generator'>) => Promise<tf.Tensor4D>,
): Promise<Float32Array> {
  const before = tf.memory().numTensors;
  const generator = new RandomStreams(1).get('sample');
  const xT = generator.normal(SHAPE) as tf.Tensor4D;
  const images = await draw({ xT, generator });
  const values = images.dataSync<'float32'>();
  tf.dispose([xT, images]);
  assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  return values;
}

onEveryEngine(
  'the loop of a scheduler',
  (test) => {
    test('DDIMScheduler with the settings of CompVis draws what our own DDIM draws', async () => {
      assertClose(await drawn(), await ownDrawn(), 1e-5, 'eta 0');
      assertClose(await drawn({ eta: 0.5 }), await ownDrawn({ eta: 0.5 }), 1e-5, 'eta 0.5');
      // As diffusers has it where nothing is said: other timesteps, down to the clean image.
      const other = await drawn({
        scheduler: new DDIMScheduler({ ...compvis, steps_offset: 0, set_alpha_to_one: true }),
      });
      const same = await ownDrawn();
      assert.ok(other.some((value, i) => Math.abs(value - (same[i] ?? NaN)) > 1e-3));
    });

    test('an image to begin with is noised to the first of the last timesteps', async () => {
      const init = tf.fill<tf.Rank.R4>(SHAPE, 0.7);
      assertClose(await drawn({ init, lastSteps: 3 }), await ownDrawn({ init, lastSteps: 3 }), 1e-5, 'images');
      const timesteps: number[] = [];
      await drawn({
        ...{ init, lastSteps: 3 },
        network: (x, t) => {
          timesteps.push(t);
          return network(x, t);
        },
      });
      assert.equal(timesteps, [21, 11, 1]);
      init.dispose();
    });

    test('what is known is set anew after each step, with the noise of the beginning, and stays at the end', async () => {
      const x0 = tf.fill<tf.Rank.R4>(SHAPE, 0.7);
      const mask = tf.tensor4d([1, 0, 0, 0, 0, 0, 0, 0, 1], [1, 3, 3, 1]);
      const seen: [number, number][] = [];
      const values = await drawn({
        known: { x0, mask },
        network: (x, t) => {
          seen.push([t, x.dataSync()[0] ?? NaN]);
          return network(x, t);
        },
      });
      const generator = new RandomStreams(1).get('sample');
      const first = generator.normal(SHAPE);
      const [noise = NaN] = first.dataSync();
      assertClose([seen[0]![1]], [noise], 1e-6, 'pure noise');
      const [timestep, value] = seen[4]!;
      assert.is(timestep, 51);
      const alphaBar = alphasCumprod[51]!;
      assertClose([value], [Math.sqrt(alphaBar) * 0.7 + Math.sqrt(1 - alphaBar) * noise], 1e-5, 'known');
      assertClose([values[0]!, values[1]!, values[16]!], [0.7, 0.7, 0.7], 1e-6, 'the end');
      assert.ok(Math.abs(values[2]! - 0.7) > 1e-3);
      tf.dispose([x0, mask, first]);
    });

    test('DDPMScheduler draws noise of its own at each step', async () => {
      const scheduler = new DDPMScheduler({ num_train_timesteps: TIMESTEPS, clip_sample: false });
      const [first, second] = [await drawn({ scheduler }), await drawn({ scheduler })];
      assert.equal(first, second);
      assert.ok(first.every(Number.isFinite));
      // Whatever it is asked for: it has no such setting.
      assert.equal(await drawn({ scheduler, eta: 1 }), first);
    });

    test('guidance of what the network says is that of what follows from it', () => {
      const halved: Denoiser = (x, t) => denoiser(tf.mul(x, 0.5), t);
      const both = (xx: tf.Tensor4D, t: number): tf.Tensor4D => {
        const [u, c] = tf.split(xx, 2) as [tf.Tensor4D, tf.Tensor4D];
        return tf.concat([network(tf.mul(u, 0.5), t), network(c, t)]);
      };
      tf.tidy(() => {
        const x = tf.fill<tf.Rank.R4>(SHAPE, 0.3);
        const expected = guided(denoiser, halved, 3)(x, 11).eps.dataSync();
        assertClose(guidedOutput(both, 3)(x, 11).dataSync(), expected, 1e-5, 'guided');
      });
    });
  },
  ['torch', 'cpu'],
);

onEveryEngine(
  'a scheduler beside the schedule of a model',
  (test) => {
    const trained = { alphasCumprod, predictionType: 'epsilon' } as const;

    test('the same is worth no word, other betas a note', () => {
      assert.equal(scheduleMatch(new DDIMScheduler(compvis), trained, 10), { problems: [] });
      const { problems, note } = scheduleMatch(new DDIMScheduler({ ...compvis, beta_schedule: 'linear' }), trained, 10);
      assert.equal(problems, []);
      assert.match(
        note ?? '',
        /^the scheduler has other betas than the model was trained with: at timestep \d+ alphas_/,
      );
    });

    test('other timesteps, another meaning and a learned variance are mistakes, all told at once', () => {
      const bad = { num_train_timesteps: 50, prediction_type: 'v_prediction', variance_type: 'learned' } as const;
      assert.throws(() => {
        requireMatch(new DDPMScheduler(bad), trained, 10);
      }, /num_train_timesteps: is not as[^]*found: +50[^]*expected: +100, [^]*prediction_type[^]*epsilon[^]*variance_type/);
    });

    test('so is a step beyond the last timestep', () => {
      assert.throws(() => {
        requireMatch(new DDIMScheduler(compvis), trained, TIMESTEPS);
      }, /100 steps with steps_offset 1 begin at timestep 100, and the last is 99\n.*take fewer steps/);
    });
  },
  ['cpu'],
);
