import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { gaussianDenoiser } from '../../test/support/gaussian.js';
import { RandomStreams } from '../random/index.js';
import { ddim, ddimEncode, ddimTimesteps, samplerNames, samplers, type AnySamplerOptions } from './index.js';

const TIMESTEPS = 100;
const SHAPE: [number, number, number, number] = [2, 3, 3, 2];
/** A line of betas, as DDPM has it. */
const alphasCumprod = new Float64Array(TIMESTEPS);
let product = 1;
alphasCumprod.forEach((_, t) => (alphasCumprod[t] = product *= 1 - (1e-3 + (0.1 * t) / TIMESTEPS)));
const denoiser = gaussianDenoiser(alphasCumprod);

/** Draws with seed 1; returns the values. */
async function drawn(
  sampler: (options: AnySamplerOptions) => Promise<tf.Tensor4D>,
  options: Partial<AnySamplerOptions> = {},
): Promise<Float32Array> {
  const generator = new RandomStreams(1).get('sample');
  const xT = generator.normal(SHAPE) as tf.Tensor4D;
  const images = await sampler({ denoiser, alphasCumprod, xT, generator, steps: 10, eta: 0, ...options });
  const values = images.dataSync<'float32'>();
  tf.dispose([xT, images]);
  return values;
}

const onTorch = new Map<string, Float32Array>();

onEveryEngine(
  'samplers',
  (test, engine) => {
    test('the same seed gives the same images on every engine, and leaves no tensor behind', async () => {
      for (const name of samplerNames) {
        for (const eta of name === 'ddim' ? [0, 1] : [0]) {
          const before = tf.memory().numTensors;
          const found = await drawn(samplers[name], { eta, noiseDropout: 0.3 });
          assert.is(tf.memory().numTensors, before, name);
          const expected = onTorch.get(`${name} ${eta}`) ?? found;
          if (engine === 'torch') onTorch.set(`${name} ${eta}`, found);
          assertClose(found, expected, 1e-5, `${name}, eta ${eta}`);
        }
      }
    });

    if (engine !== 'torch') return;

    test('DDIM without noise draws nothing', async () => {
      const generator = new RandomStreams(1).get('sample');
      const [first, second] = [await drawn(ddim), await drawn(ddim, { generator })];
      assert.equal(first, second);
      assert.equal(generator.state, [0, 0, 0, 0]);
    });

    test('DDIM of all steps with all noise is DDPM', async () => {
      const found = await drawn(ddim, { eta: 1, useOriginalSteps: true });
      assertClose(found, await drawn(samplers.ddpm), 1e-5, 'images');
    });

    test('no temperature is no noise', async () => {
      const cold = await drawn(samplers.ddpm, { temperature: 0 });
      const colder = await drawn(samplers.ddpm, { posteriorVariance: new Float64Array(TIMESTEPS) });
      assert.equal(cold, colder);
    });

    test('dropped noise is 0, and what is kept makes up for it', async () => {
      const xT = tf.zeros<tf.Rank.R4>([1, 50, 50, 1]);
      const noiseOfOneStep = async (noiseDropout: number): Promise<Float32Array> => {
        let noise = new Float32Array();
        await drawn(samplers.ddpm, {
          denoiser: () => ({ x0: tf.zerosLike(xT), eps: tf.zerosLike(xT) }),
          alphasCumprod: Float64Array.of(0.5, 0.25),
          posteriorVariance: Float64Array.of(0, 1),
          xT,
          generator: new RandomStreams(2).get('sample'),
          noiseDropout,
          onStep: (step, _, x) => {
            if (step === 1) noise = x.dataSync<'float32'>().slice();
          },
        });
        return noise;
      };
      const whole = await noiseOfOneStep(0);
      const noise = await noiseOfOneStep(0.5);
      const kept = noise.filter((value) => value !== 0).length / noise.length;
      assert.ok(Math.abs(kept - 0.5) < 0.05, String(kept));
      noise.forEach((value, i) => {
        assert.ok(value === 0 || Math.abs(value - 2 * whole[i]!) < 1e-6);
      });
      xT.dispose();
    });

    test('the last steps go on from where the first ones stopped', async () => {
      for (const name of ['ddim', 'euler', 'heun'] as const) {
        let halfway = tf.zeros<tf.Rank.R4>(SHAPE);
        const whole = await drawn(samplers[name], {
          onStep: (step, _, x) => {
            if (step === 4) halfway = x.clone();
          },
        });
        const rest = await drawn(samplers[name], { xT: halfway, lastSteps: ddimTimesteps(10, TIMESTEPS).length - 4 });
        assert.equal(rest, whole, name);
        halfway.dispose();
      }
      await rejects(drawn(ddim, { lastSteps: 11 }), /lastSteps: expected 1 to 10, found 11/);
      await rejects(drawn(ddim, { lastSteps: 0 }), /lastSteps: expected 1 to 10, found 0/);
    });

    test('an image to begin with is noised to the level of the first step', async () => {
      const init = tf.fill<tf.Rank.R4>(SHAPE, 0.7);
      const levels: number[] = [];
      const xT = tf.ones<tf.Rank.R4>(SHAPE);
      await drawn(samplers.plms, {
        xT,
        init,
        lastSteps: 3,
        denoiser: (x, t) => {
          if (levels.length === 0) levels.push(t, x.dataSync()[0]!);
          return denoiser(x, t);
        },
      });
      // Of the timesteps 1, 11, 21 …
      assert.is(levels[0], 21);
      assertClose([levels[1]!], [Math.sqrt(alphasCumprod[21]!) * 0.7 + Math.sqrt(1 - alphasCumprod[21]!)], 1e-6, 'x');
      tf.dispose([init, xT]);
    });

    test('what is known is set anew before each step, as noisy as the rest', async () => {
      const x0 = tf.fill<tf.Rank.R4>(SHAPE, 0.7);
      const mask = tf.tensor4d([1, 0, 0, 0, 0, 0, 0, 0, 1], [1, 3, 3, 1]);
      for (const name of samplerNames) {
        const seen: [number, Float32Array][] = [];
        const before = tf.memory().numTensors;
        await drawn(samplers[name], {
          known: { x0, mask },
          // A perfect guess, so that the known part is known at the end.
          denoiser: (x, t) => {
            seen.push([t, x.dataSync<'float32'>().slice()]);
            return { ...denoiser(x, t), x0: tf.fill(SHAPE, 0.7) };
          },
        });
        assert.is(tf.memory().numTensors, before, name);
        // Heun and the first step of PLMS see, in between, what they made themselves.
        const [timestep, values] = seen[0]!;
        const deviation = Math.sqrt(1 - alphasCumprod[timestep]!);
        const noise = (values[0]! - Math.sqrt(alphasCumprod[timestep]!) * 0.7) / deviation;
        const generator = new RandomStreams(1).get('sample');
        const [xT, first] = [generator.normal(SHAPE), generator.normal(SHAPE)];
        assertClose([noise], [first.dataSync()[0]!], 1e-5, `${name}: the known part`);
        assertClose([values[2]!], [xT.dataSync()[2]!], 1e-6, `${name}: the other part`);
        tf.dispose([xT, first]);
      }
      tf.dispose([x0, mask]);
    });

    test('images encoded by DDIM lead back to themselves', async () => {
      const x0 = tf.tidy(() => tf.reshape<tf.Rank.R4>(tf.linspace(-1, 1, 36), SHAPE));
      const generator = new RandomStreams(1).get('sample');
      for (const [tolerance, encodedSteps, options] of [
        [0.1, undefined, { steps: 50 }],
        [0.1, 20, { steps: 50 }],
        [0.05, undefined, { steps: 1, useOriginalSteps: true }],
      ] as const) {
        const encoded = await ddimEncode({ denoiser, alphasCumprod, generator, x0, encodedSteps, ...options });
        const lastSteps = encodedSteps;
        const decoded = await drawn(ddim, { ...options, xT: encoded, lastSteps });
        assertClose(decoded, x0.dataSync(), tolerance, JSON.stringify(options));
        encoded.dispose();
      }
      await rejects(
        ddimEncode({ denoiser, alphasCumprod, generator, x0, steps: 50, encodedSteps: 51 }),
        /ddimEncode: expected 1 to 50 steps, found 51/,
      );
      x0.dispose();
    });

    test('a schedule that ends in pure noise is sampled by all that need no image from noise alone', async () => {
      const toNothing = Float64Array.from(alphasCumprod, (alphaBar, t) => (t === TIMESTEPS - 1 ? 0 : alphaBar));
      for (const name of ['ddim', 'ddpm', 'dpm-solver++', 'euler', 'heun'] as const) {
        const options = { denoiser: gaussianDenoiser(toNothing), alphasCumprod: toNothing, steps: TIMESTEPS };
        for (const eta of [0, 1]) {
          const values = await drawn(samplers[name], { ...options, eta });
          assert.ok(values.every(Number.isFinite), name);
        }
      }
      await rejects(
        drawn(samplers.plms, { alphasCumprod: toNothing, steps: TIMESTEPS }),
        /where alphas_cumprod is 0, predicted noise does not say the image: expected v or x0/,
      );
    });
  },
  ['torch', 'wasm', 'cpu'],
);

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(error instanceof Error ? error.message : 'did not throw', message);
}
