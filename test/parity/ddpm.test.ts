import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { DDPM } from '../../src/diffusion/ddpm.js';
import type { DDPMOptions } from '../../src/diffusion/ddpm.params.js';
import { parameterizations } from '../../src/diffusion/parameterization.js';
import type { UNetModelParamsInput } from '../../src/models/unet/unet-model.params.js';
import { UNetModel } from '../../src/models/unet/unet-model.js';
import { clipped, ddpm } from '../../src/samplers/index.js';
import {
  assertClose,
  assertParameterGradients,
  fillByHash,
  GivenNoise,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden, type Golden } from '../support/golden.js';

const belowModel = (name: string): string => name.replace(/^model\./, '');

function publishedModel(golden: Golden): DDPM {
  const { unet_config, ...options } = golden.params as unknown as {
    unet_config: { params: UNetModelParamsInput };
  } & DDPMOptions;
  const model = new DDPM(new UNetModel(unet_config.params), options);
  fillByHash(model, belowModel);
  return model;
}

for (const name of ['ddpm_eps_l2', 'ddpm_x0_l1_elbo'] as const) {
  const golden = readGolden(name);
  onEveryEngine(
    `DDPM against the published one: ${name}`,
    (test) => {
      test('p_losses: q_sample, the logged losses and every gradient', () => {
        const model = publishedModel(golden);
        const before = tf.memory().numTensors;
        const xStart = toTensor(golden.get('in.x_start')) as tf.Tensor4D;
        const noise = toTensor(golden.get('in.noise')) as tf.Tensor4D;
        const t = toTensor(golden.get('in.t')) as tf.Tensor1D;
        const noisy = model.diffusion.qSample(xStart, t, noise);
        assertClose(published(noisy), golden.floats('out.q_sample'), OUTPUT_TOLERANCE, 'q_sample');

        const trained = model.trainableParameters().filter(([name]) => name.startsWith('model.'));
        const { value, grads } = valueAndGrads(
          () => {
            const { lossSimple, lossVlb, loss } = model.pLosses(xStart, t, noise);
            for (const [name, found] of [
              ['out.log.train/loss_simple', lossSimple],
              ['out.log.train/loss_vlb', lossVlb],
              ['out.loss', loss],
            ] as const) {
              assertClose(found.dataSync(), golden.floats(name), OUTPUT_TOLERANCE, name);
            }
            return loss;
          },
          trained.map(([, parameter]) => parameter.value),
        );
        assertParameterGradients(golden, model, grads);
        tf.dispose([xStart, noise, t, noisy, value, ...grads]);
        assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
        model.dispose();
      });

      test('the posterior and the weights of the bound', () => {
        const { diffusion, params } = publishedModel(golden);
        const xStart = toTensor(golden.get('in.x_start')) as tf.Tensor4D;
        const xT = toTensor(golden.get('in.noise')) as tf.Tensor4D;
        const { mean, logVariance } = diffusion.qPosterior(xStart, xT, toTensor(golden.get('in.t')) as tf.Tensor1D);
        assertClose(published(mean), golden.floats('out.q_posterior.mean'), OUTPUT_TOLERANCE, 'mean');
        assertClose(
          logVariance.dataSync(),
          golden.floats('out.q_posterior.log_variance'),
          OUTPUT_TOLERANCE,
          'log variance',
        );
        const weights = parameterizations[params.parameterization].elboWeights(diffusion.schedule);
        assertClose(weights, golden.floats('out.lvlb_weights'), OUTPUT_TOLERANCE, 'lvlb_weights');
      });

      test('ten steps of ancestral sampling with the same noise', async () => {
        const model = publishedModel(golden);
        const enough = new Error('ten steps are enough');
        let found = new Float32Array();
        try {
          await ddpm({
            denoiser: model.denoiser(),
            alphasCumprod: model.diffusion.schedule.alphasCumprod,
            posteriorVariance: model.diffusion.schedule.posteriorVariance,
            xT: toTensor(golden.get('in.x_T')) as tf.Tensor4D,
            generator: new GivenNoise(toTensor(golden.get('in.step_noise'))),
            correction: clipped,
            onStep: (step, _steps, x) => {
              if (step < 10) return;
              found = published(x).slice();
              throw enough;
            },
          });
        } catch (error) {
          if (error !== enough) throw error;
        }
        assertClose(found, golden.floats('out.p_sample_t99_to_t90'), OUTPUT_TOLERANCE, 'p_sample');
        model.dispose();
      });
    },
    name === 'ddpm_eps_l2' ? ['torch', 'cpu'] : ['torch'],
  );
}
