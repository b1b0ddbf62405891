import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { RandomStreams } from '../random/index.js';
import { clipped, ddpm } from '../samplers/index.js';
import { GaussianDiffusion } from './gaussian-diffusion.js';
import { NoiseSchedule } from './noise-schedule.js';
import { parameterizations } from './parameterization.js';
import { processMethods } from './process-methods.js';
import { ReverseProcess } from './reverse-process.js';

const betas = Float64Array.of(0.1, 0.2, 0.3, 0.5);
const diffusion = new GaussianDiffusion(new NoiseSchedule(betas));
const alphaBar = [0.9, 0.72, 0.504, 0.252];

const generator = () => new RandomStreams(5).get('sample');
const images = () => generator().normal([2, 4, 4, 3]) as tf.Tensor4D;
/** A network that is told the timestep, and makes something of every value. */
const network = (x: tf.Tensor4D, t: tf.Tensor1D): tf.Tensor4D =>
  tf.mul(tf.sin(x), tf.reshape(tf.add(1, tf.mul(0.1, t)), [-1, 1, 1, 1]));
const reverse = new ReverseProcess(diffusion, parameterizations.eps, network);

onEveryEngine('processes', (test, engine) => {
  test('the forward process and back', () => {
    const [x, noise] = [images(), tf.add<tf.Tensor4D>(images(), 1)];
    const t = tf.tensor1d([1, 3], 'int32');
    const before = tf.memory().numTensors;
    const found = tf.tidy(() => {
      const noisy = diffusion.qSample(x, t, noise);
      const { mean, variance, logVariance } = diffusion.qMeanVariance(tf.ones([2, 1, 1, 1]), t);
      const start = diffusion.predictStartFromNoise(noisy, t, noise);
      const velocity = diffusion.velocity(x, t, noise);
      return {
        moments: [mean, variance, logVariance].map((tensor) => [...tensor.dataSync()]),
        starts: [start, diffusion.predictStartFromVelocity(noisy, t, velocity)].map((tensor) => tensor.dataSync()),
      };
    });
    assert.is(tf.memory().numTensors, before);
    for (const start of found.starts) assertClose(start, x.dataSync(), 1e-5, 'x0');
    const at = [alphaBar[1]!, alphaBar[3]!];
    const [mean, variance, logVariance] = found.moments;
    assertClose(mean!, at.map(Math.sqrt), 1e-6, 'mean');
    assertClose(variance!, at.map((a) => 1 - a), 1e-6, 'variance'); // prettier-ignore
    assertClose(logVariance!, at.map((a) => Math.log(1 - a)), 1e-6, 'log variance'); // prettier-ignore
  });

  test('what is left of an image at the end, in bits', () => {
    // Of N(sqrt(0.252) 2, 0.748) from N(0, 1).
    const expected = (0.5 * (0.252 * 4 + 0.748 - 1 - Math.log(0.748))) / Math.log(2);
    const bits = diffusion.priorBpd(tf.fill([2, 3, 3, 1], 2));
    assertClose(bits.dataSync(), [expected, expected], 1e-5, 'bits');
  });

  test('a step by the mean and variance of the posterior, each image at its own timestep', () => {
    const [x, t] = [images(), tf.tensor1d([0, 2], 'int32')];
    const options = { correct: clipped.correct };
    const { mean, variance, x0 } = reverse.pMeanVariance(x, t, options);
    assert.ok(x0.dataSync().every((value) => Math.abs(value) <= 1));
    // Eq. 7 at t = 2; at t = 0 there is no noise.
    const expected = [0, ((1 - alphaBar[1]!) / (1 - alphaBar[2]!)) * 0.3];
    assertClose(variance.dataSync(), expected, 1e-6, 'variance');
    const noise = tf.onesLike(x);
    const moved = tf.sub(reverse.pSample(x, t, noise, options).x, mean).dataSync();
    assertClose([moved[0]!, moved.at(-1)!], expected.map(Math.sqrt), 1e-5, 'noise');
  });

  if (engine !== 'torch') return;

  test('the loop draws what the sampler draws', async () => {
    const xT = images();
    const { alphasCumprod, posteriorVariance } = diffusion.schedule;
    const denoiser = (x: tf.Tensor4D, timestep: number) =>
      parameterizations.eps.predict(network(x, tf.fill([2], timestep, 'int32')), x, alphasCumprod[timestep]!);
    const options = { denoiser, alphasCumprod, posteriorVariance, xT, correction: clipped };
    const expected = await ddpm({ ...options, generator: generator() });
    const before = tf.memory().numTensors;
    const timesteps: number[] = [];
    let found = new Float32Array();
    for (const { timestep, x } of reverse.pSampleLoop({ xT, generator: generator(), correct: clipped.correct })) {
      timesteps.push(timestep);
      found = x.dataSync<'float32'>().slice();
    }
    assert.is(tf.memory().numTensors, before);
    assert.equal(timesteps, [3, 2, 1, 0]);
    assertClose(found, expected.dataSync(), 1e-4, 'images');
    const stopped = reverse.pSampleLoop({ xT, generator: generator() });
    stopped.next();
    stopped.return();
    assert.is(tf.memory().numTensors, before, 'also where it is stopped');
  });

  test('by their published names', () => {
    const methods = processMethods({
      ...{ diffusion, reverse, conditions: [], conditionOf: () => ({}), logEveryT: 2, correct: undefined, generator },
    });
    const x_T = images();
    const looped = methods.p_sample_loop!({ x_T }) as Record<string, tf.Tensor>;
    // The noise, then t = 3, 2 and 0.
    assert.equal(looped.intermediates!.shape, [4, 2, 3, 4, 4]);
    const last = tf.transpose(looped.intermediates!, [0, 1, 3, 4, 2]);
    assertClose(tf.slice(last, 3, 1).dataSync(), looped.x!.dataSync(), 1e-6, 'the last');
    assertClose(tf.slice(last, 0, 1).dataSync(), x_T.dataSync(), 1e-6, 'the first');
    const progressive = methods.progressive_denoising!({ x_T }) as Record<string, tf.Tensor>;
    assert.equal(progressive.intermediates!.shape, [3, 2, 3, 4, 4]);

    // Where everything is given, it stays at the end as noisy as the first timestep.
    const given = { x0: tf.fill([2, 4, 4, 3], 0.5), mask: tf.ones([1, 4, 4, 1]) };
    const { x } = methods.p_sample_loop!({ x_T, ...given }) as Record<string, tf.Tensor>;
    assert.ok(Math.abs(tf.mean(x!).dataSync()[0]! - 0.5 * Math.sqrt(0.9)) < 0.15);
    const t = tf.tensor1d([0, 2], 'int32');
    const step = methods.p_sample!({ x: x_T, t, noise: x_T }) as Record<string, tf.Tensor>;
    assert.equal(Object.keys(step), ['x', 'x0']);
    assert.equal(Object.keys(methods.q_posterior!({ x_start: x_T, x_t: x_T, t })), [
      'posterior_mean',
      'posterior_variance',
      'posterior_log_variance_clipped',
    ]);
    assert.throws(() => methods.p_sample!({ x: x_T }), /the input t is missing/);
  });
});
