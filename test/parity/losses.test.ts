import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { vjp } from '../../src/autodiff/index.js';
import { toFloat32 } from '../../src/io/host-tensor.js';
import {
  LPIPSWithDiscriminator,
  VQLPIPSWithDiscriminator,
  type AdversarialLoss,
  type DiscriminatorStep,
} from '../../src/losses/index.js';
import type { NamedScalars } from '../../src/losses/loss-steps.js';
import type { LPIPSWithDiscriminatorParamsInput } from '../../src/losses/lpips-with-discriminator.params.js';
import type { VQLPIPSWithDiscriminatorParamsInput } from '../../src/losses/vq-lpips-with-discriminator.params.js';
import { Conv2d } from '../../src/nn/index.js';
import {
  assertClose,
  assertParameterGradients,
  fillByHash,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden, sampleGradient, type Golden } from '../support/golden.js';

/** The names under a prefix, with their values as they are in the file. */
function assertScalars(golden: Golden, prefix: string, found: NamedScalars): void {
  const expected = [...golden.tensors.keys()].filter((name) => name.startsWith(prefix));
  assert.equal(Object.keys(found).sort(), expected.map((name) => name.slice(prefix.length)).sort());
  for (const [name, value] of Object.entries(found)) {
    assertClose(value.dataSync(), golden.floats(prefix + name), OUTPUT_TOLERANCE, prefix + name);
  }
}

function assertGradient(golden: Golden, name: string, found: Float32Array): void {
  assertClose(sampleGradient(found), golden.floats(name), GRADIENT_TOLERANCE, name);
}

/** The network's last layer as the files have it. */
function lastLayer(golden: Golden, kernelSize: number): Conv2d {
  const last = new Conv2d(4, 3, { kernelSize, padding: (kernelSize - 1) / 2 });
  const names = ['weight', 'bias'];
  last.loadStateDict(new Map(names.map((name) => [name, golden.get(`param.last.${name}`)])));
  return last;
}

function assertDiscriminatorStep(golden: Golden, key: string, loss: AdversarialLoss, step: DiscriminatorStep): void {
  assertScalars(golden, `out.${key}.d.log.`, step.log);
  assertClose(step.loss.dataSync(), golden.floats(`out.${key}.d.loss`), OUTPUT_TOLERANCE, `${key}.d.loss`);
  const names = loss.discriminator.trainableParameters().map(([own]) => `grad.${key}.d.${own}`);
  const inFile = [...golden.tensors.keys()].filter((own) => own.startsWith(`grad.${key}.d.`));
  assert.equal(names.sort(), inFile.sort());
  assertParameterGradients(golden, loss.discriminator, step.gradients, (own) => `${key}.d.${own}`);
}

/** The divergence of diagonal normal distributions from the standard one: means, then log-variances. */
function klDivergence(moments: tf.Tensor4D): tf.Tensor1D {
  const [mean, logVariance] = tf.split(moments, 2, -1) as [tf.Tensor, tf.Tensor];
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(tf.sum(terms, [1, 2, 3]), 0.5);
}

onEveryEngine(
  'LPIPSWithDiscriminator against the published one',
  (test) => {
    for (const name of ['hinge', 'actnorm', 'vanilla_late'] as const) {
      test(`${name}: both losses, logs and every gradient, at two steps`, () => {
        const golden = readGolden(`lpips_with_discriminator_${name}`);
        const loss = new LPIPSWithDiscriminator(golden.params as unknown as LPIPSWithDiscriminatorParamsInput);
        fillByHash(loss);
        loss.logvar.assign(tf.scalar(Number(golden.params.logvar_init ?? 0)));
        const last = lastLayer(golden, 3);
        const inputs = toTensor(golden.get('in.inputs')) as tf.Tensor4D;
        const h = toTensor(golden.get('in.h')) as tf.Tensor4D;
        const moments = toTensor(golden.get('in.moments')) as tf.Tensor4D;
        const before = tf.memory().numTensors;

        for (const globalStep of [0, 11]) {
          const key = `step${globalStep}`;
          const network = vjp(
            () => [last.forward(h), klDivergence(moments)],
            [last.weight.value, last.bias.value, moments],
          );
          const [reconstructions, kl] = network.values as [tf.Tensor4D, tf.Tensor1D];
          const step = loss.generatorStep({
            inputs,
            reconstructions,
            kl,
            globalStep,
            lastLayer: (dy) => network.pullback([dy, tf.zerosLike(kl)])[0] as tf.Tensor,
          });
          assertScalars(golden, `out.${key}.g.log.`, step.log);
          assertClose(step.loss.dataSync(), golden.floats(`out.${key}.g.loss`), OUTPUT_TOLERANCE, `${key}.g.loss`);
          const gradients = network.pullback([step.gradients.reconstructions, step.gradients.kl]);
          const [weight, bias, ofMoments] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor];
          assertGradient(golden, `grad.${key}.g.last.weight`, toFloat32(last.weight.publish(weight)));
          assertGradient(golden, `grad.${key}.g.last.bias`, published(bias));
          assertGradient(golden, `grad.${key}.g.logvar`, published(step.gradients.logvar));
          assertGradient(golden, `grad.${key}.g.moments`, published(ofMoments));

          const discriminatorStep = loss.discriminatorStep({ inputs, reconstructions, globalStep });
          assertDiscriminatorStep(golden, key, loss, discriminatorStep);
          network.dispose();
          tf.dispose([...network.values, step, gradients, discriminatorStep]);
        }
        assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
        tf.dispose([inputs, h, moments]);
        loss.dispose();
        last.dispose();
      });
    }
  },
  ['torch'],
);

onEveryEngine(
  'VQLPIPSWithDiscriminator against PyTorch',
  (test) => {
    test('conditional, squared error, odd sizes: both losses, logs, gradients and running statistics', () => {
      const golden = readGolden('../losses/vq_lpips_with_discriminator');
      const loss = new VQLPIPSWithDiscriminator(golden.params as unknown as VQLPIPSWithDiscriminatorParamsInput);
      fillByHash(loss);
      const last = lastLayer(golden, 1);
      const [inputs, h, cond] = ['inputs', 'h', 'cond'].map((name) => toTensor(golden.get(`in.${name}`))) as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const codebookLoss = toTensor(golden.get('in.codebook_loss'));
      const predictedIndices = toTensor(golden.get('in.predicted_indices'));
      const before = tf.memory().numTensors;

      for (const globalStep of [0, 7]) {
        const key = `step${globalStep}`;
        const network = vjp(() => [last.forward(h)], [last.weight.value, last.bias.value]);
        const [reconstructions] = network.values as [tf.Tensor4D];
        const batch = { inputs, reconstructions, cond, globalStep };
        const step = loss.generatorStep({
          ...batch,
          codebookLoss,
          predictedIndices,
          lastLayer: (dy) => network.pullback([dy])[0] as tf.Tensor,
        });
        assertScalars(golden, `out.${key}.g.log.`, step.log);
        assertClose(step.loss.dataSync(), golden.floats(`out.${key}.g.loss`), OUTPUT_TOLERANCE, `${key}.g.loss`);
        const gradients = network.pullback([step.gradients.reconstructions]);
        const [weight, bias] = gradients as [tf.Tensor, tf.Tensor];
        assertGradient(golden, `grad.${key}.g.last.weight`, toFloat32(last.weight.publish(weight)));
        assertGradient(golden, `grad.${key}.g.last.bias`, published(bias));
        assertGradient(golden, `grad.${key}.g.codebook_loss`, published(step.gradients.codebookLoss));

        const discriminatorStep = loss.discriminatorStep(batch);
        assertDiscriminatorStep(golden, key, loss, discriminatorStep);
        for (const [name, parameter] of loss.namedParameters()) {
          if (!parameter.isBuffer || !name.startsWith('discriminator')) continue;
          const expected = golden.floats(`out.${key}.${name}`);
          assertClose(published(parameter.value), expected, OUTPUT_TOLERANCE, `${key}.${name}`);
        }
        network.dispose();
        tf.dispose([reconstructions, step, gradients, discriminatorStep]);
      }
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      tf.dispose([inputs, h, cond, codebookLoss, predictedIndices]);
      loss.dispose();
      last.dispose();
    });
  },
  ['torch'],
);
