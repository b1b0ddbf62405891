import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { vjp } from '../../src/autodiff/index.js';
import { toFloat32 } from '../../src/io/host-tensor.js';
import { VQLPIPSWithDiscriminator, type AdversarialLoss, type ReconstructedBatch } from '../../src/losses/index.js';
import type { NamedScalars } from '../../src/losses/loss-steps.js';
import { scalarGradients } from '../../src/losses/scalar-gradients.js';
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

function assertDiscriminatorStep(golden: Golden, key: string, loss: AdversarialLoss, batch: ReconstructedBatch): void {
  const parameters = loss.discriminator.trainableParameters();
  const f = () => {
    const { loss: value, log } = loss.discriminatorLoss(batch);
    return { ...log, loss: value };
  };
  const weights = parameters.map(([, { value }]) => value);
  const { values, gradients } = scalarGradients(f, weights, ['loss']);
  const { loss: value, ...log } = values;
  assertScalars(golden, `out.${key}.d.log.`, log);
  assertClose(value.dataSync(), golden.floats(`out.${key}.d.loss`), OUTPUT_TOLERANCE, `${key}.d.loss`);
  const names = parameters.map(([own]) => `grad.${key}.d.${own}`);
  const inFile = [...golden.tensors.keys()].filter((own) => own.startsWith(`grad.${key}.d.`));
  assert.equal(names.sort(), inFile.sort());
  assertParameterGradients(golden, loss.discriminator, gradients.loss, (own) => `${key}.d.${own}`);
  tf.dispose([values, gradients.loss]);
}

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

        assertDiscriminatorStep(golden, key, loss, batch);
        for (const [name, parameter] of loss.namedParameters()) {
          if (!parameter.isBuffer || !name.startsWith('discriminator')) continue;
          const expected = golden.floats(`out.${key}.${name}`);
          assertClose(published(parameter.value), expected, OUTPUT_TOLERANCE, `${key}.${name}`);
        }
        network.dispose();
        tf.dispose([reconstructions, step, gradients]);
      }
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      tf.dispose([inputs, h, cond, codebookLoss, predictedIndices]);
      loss.dispose();
      last.dispose();
    });
  },
  ['torch'],
);
