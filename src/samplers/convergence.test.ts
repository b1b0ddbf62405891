import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { RandomStreams } from '../random/index.js';
import { samplers, type AnySamplerOptions, type SamplerName } from './index.js';
import { gaussianDenoiser, gaussianFlow } from '../../test/support/gaussian.js';

/** Fine enough that a step's rounding to a timestep does not show. */
const TIMESTEPS = 100_000;
/** A line in half the logarithm of the signal-to-noise ratio (Kingma et al. 2021), down to hardly any noise. */
const alphasCumprod = Float64Array.from(
  { length: TIMESTEPS },
  (_, t) => 1 / (1 + Math.exp(-2 * (7 - (9 * t) / TIMESTEPS))),
);

/** Largest error of a sampler, against the solution of the probability-flow equation from the level it begins at. */
async function errorOf(name: SamplerName, steps: number): Promise<number> {
  const start = [-1.5, -0.3, 0.4, 2];
  const xT = tf.tensor4d(start, [1, 2, 2, 1]);
  let from = 0;
  const denoiser: AnySamplerOptions['denoiser'] = (x, t) => {
    from = Math.max(from, t);
    return gaussianDenoiser(alphasCumprod)(x, t);
  };
  const generator = new RandomStreams(0).get('sample');
  const found = await samplers[name]({ denoiser, alphasCumprod, xT, generator, steps, eta: 0 });
  const values = found.dataSync();
  const exact = gaussianFlow(alphasCumprod[from]!, 1);
  tf.dispose([xT, found]);
  return Math.max(...start.map((x, i) => Math.abs(values[i]! - exact(x))));
}

onEveryEngine(
  'samplers of the probability-flow equation, on a Gaussian',
  (test) => {
    const cases: [SamplerName, number, number, number][] = [
      ['ddim', 20, 0.9, 1.25],
      ['euler', 20, 0.9, 1.25],
      ['plms', 20, 1.8, 4.5],
      ['dpm-solver++', 20, 1.8, 2.5],
      ['heun', 20, 1.8, 2.5],
    ];
    for (const [name, steps, least, most] of cases) {
      test(`${name} converges with its order`, async () => {
        const errors = [await errorOf(name, steps), await errorOf(name, 2 * steps), await errorOf(name, 4 * steps)];
        const orders = [Math.log2(errors[0]! / errors[1]!), Math.log2(errors[1]! / errors[2]!)];
        const text = `${name}: errors ${errors.map((e) => e.toExponential(2)).join(', ')}, orders ${orders.map((o) => o.toFixed(2)).join(', ')}`;
        for (const order of orders) assert.ok(order > least && order < most, text);
      });
    }
  },
  ['torch'],
);
