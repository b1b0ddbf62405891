import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { vjp } from '../../src/autodiff/index.js';
import { toFloat32 } from '../../src/io/host-tensor.js';
import { LPIPSWithDiscriminator } from '../../src/losses/index.js';
import type { NamedScalars } from '../../src/losses/loss-steps.js';
import type { LPIPSWithDiscriminatorParamsInput } from '../../src/losses/lpips-with-discriminator.params.js';
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

onEveryEngine(
  'LPIPSWithDiscriminator against the published one',
  (test) => {
    for (const name of ['hinge', 'actnorm', 'vanilla_late'] as const) {
      test(`${name}: both losses, logs and every gradient, before and after the discriminator starts`, () => {
        const golden = readGolden(`lpips_with_discriminator_${name}`);
        const loss = new LPIPSWithDiscriminator(golden.params as unknown as LPIPSWithDiscriminatorParamsInput);
        fillByHash(loss);
        loss.logvar.assign(tf.scalar(Number(golden.params.logvar_init ?? 0)));
        loss.train();
        const last = new Conv2d(4, 3, { kernelSize: 3, padding: 1 });
        last.loadStateDict(
          new Map(['weight', 'bias'].map((parameter) => [parameter, golden.get(`param.last.${parameter}`)])),
        );
        const inputs = toTensor(golden.get('in.inputs')) as tf.Tensor4D;
        const h = toTensor(golden.get('in.h')) as tf.Tensor4D;
        const moments = toTensor(golden.get('in.moments')) as tf.Tensor4D;
        const before = tf.memory().numTensors;

        for (const globalStep of [0, 11]) {
          const network = vjp(() => [last.forward(h)], [last.weight.value, last.bias.value]);
          const [reconstructions] = network.values as [tf.Tensor4D];
          const pullback = (dy: tf.Tensor) => network.pullback([dy]);
          const g = loss.generatorStep({
            inputs,
            reconstructions,
            moments,
            globalStep,
            lastLayer: (dy) => pullback(dy)[0] as tf.Tensor,
          });
          const key = `step${globalStep}`;
          assertScalars(golden, `out.${key}.g.log.`, g.log);
          assertClose(g.loss.dataSync(), golden.floats(`out.${key}.g.loss`), OUTPUT_TOLERANCE, `${key}.g.loss`);
          const [weight, bias] = pullback(g.gradients.reconstructions) as [tf.Tensor, tf.Tensor];
          assertGradient(golden, `grad.${key}.g.last.weight`, toFloat32(last.weight.publish(weight)));
          assertGradient(golden, `grad.${key}.g.last.bias`, bias.dataSync());
          assertGradient(golden, `grad.${key}.g.logvar`, g.gradients.logvar.dataSync());
          assertGradient(golden, `grad.${key}.g.moments`, published(g.gradients.moments));

          const d = loss.discriminatorStep({ inputs, reconstructions, globalStep });
          assertScalars(golden, `out.${key}.d.log.`, d.log);
          assertClose(d.loss.dataSync(), golden.floats(`out.${key}.d.loss`), OUTPUT_TOLERANCE, `${key}.d.loss`);
          const names = loss.discriminator.trainableParameters().map(([own]) => `grad.${key}.d.${own}`);
          const inFile = [...golden.tensors.keys()].filter((own) => own.startsWith(`grad.${key}.d.`));
          assert.equal(names.sort(), inFile.sort());
          assertParameterGradients(golden, loss.discriminator, d.gradients, (own) => `${key}.d.${own}`);

          network.dispose();
          tf.dispose([reconstructions, g, weight, bias, d]);
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
