import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { instantiateFromConfig } from '../../src/config/index.js';
import type { Condition } from '../../src/diffusion/condition.js';
import type { LatentDiffusion } from '../../src/diffusion/latent-diffusion.js';
import { ddim } from '../../src/samplers/index.js';
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

const CODEBOOK = 'first_stage_model.quantize.embedding.weight';

/** Built of its config, as a user's is. */
async function publishedModel(golden: Golden): Promise<LatentDiffusion> {
  const config = { target: 'ldm.models.diffusion.ddpm.LatentDiffusion', params: golden.params };
  const model = await instantiateFromConfig<LatentDiffusion>(config, registry);
  fillByHash(model);
  model.loadStateDict(new Map([[CODEBOOK, golden.get(`param.${CODEBOOK}`)]]), { strict: false });
  return model;
}

function conditionOf(golden: Golden): Condition {
  const given = (name: string) => (golden.tensors.has(name) ? toTensor(golden.get(name)) : undefined);
  const attended = given('in.c_crossattn');
  return {
    cConcat: given('in.c_concat') as tf.Tensor4D | undefined,
    ...(golden.params.conditioning_key === 'adm'
      ? { cAdm: attended as tf.Tensor1D }
      : { cCrossattn: attended as tf.Tensor3D | undefined }),
  };
}

for (const [form, engines] of [
  ['unconditional', ['torch']],
  ['concat', ['torch']],
  ['crossattn', ['torch', 'wasm']],
  ['hybrid', ['torch', 'cpu']],
  ['adm', ['torch']],
] as const) {
  const golden = readGolden(`latent_${form}`);
  onEveryEngine(
    `LatentDiffusion against the published one: ${form}`,
    (test, engine) => {
      test('encoding, decoding, the losses and every gradient', async () => {
        const model = await publishedModel(golden);
        const before = tf.memory().numTensors;
        const [x, noise, z] = ['in.x', 'in.noise', 'out.z'].map((name) => toTensor(golden.get(name)) as tf.Tensor4D);
        const t = toTensor(golden.get('in.t')) as tf.Tensor1D;
        const condition = conditionOf(golden);
        const encoded = model.encodeFirstStage(x!);
        assertClose(published(encoded), golden.floats('out.z'), OUTPUT_TOLERANCE, 'z');
        const decoded = model.decodeFirstStage(z!);
        assertClose(published(decoded), golden.floats('out.decoded'), OUTPUT_TOLERANCE, 'decoded');

        const trained = model.trainableParameters();
        assert.ok(trained.every(([name]) => name.startsWith('model.')));
        const { value, grads } = valueAndGrads(
          () => {
            const { lossSimple, lossVlb, loss } = model.pLosses(z!, t, noise!, condition);
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
        tf.dispose([x!, noise!, z!, t, condition, encoded, decoded, value, ...grads]);
        assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
        model.dispose();
      });

      if (engine !== 'torch') return;
      for (const eta of [0, 1]) {
        test(`ten steps of DDIM, eta ${eta}`, async () => {
          const model = await publishedModel(golden);
          const found = await ddim({
            denoiser: model.denoiser(conditionOf(golden)),
            alphasCumprod: model.diffusion.schedule.alphasCumprod,
            xT: toTensor(golden.get('in.x_T')) as tf.Tensor4D,
            generator: new GivenNoise(toTensor(golden.get('in.ddim_noise'))),
            steps: 10,
            eta,
          });
          assertClose(published(found), golden.floats(`out.ddim10.eta${eta}`), OUTPUT_TOLERANCE, 'samples');
          model.dispose();
        });
      }
    },
    engines,
  );
}
