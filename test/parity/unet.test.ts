import * as tf from '@tensorflow/tfjs-core';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import type { UNetModelParamsInput } from '../../src/models/unet/unet-model.params.js';
import { timestepEmbedding } from '../../src/models/unet/timestep-embedding.js';
import { UNetModel } from '../../src/models/unet/unet-model.js';
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
import { readGolden } from '../support/golden.js';

const matchGolden = (names: readonly string[]) => (test: Test) => {
  for (const name of names) {
    test(`${name}: output, loss and every gradient`, () => {
      const golden = readGolden(name);
      const model = new UNetModel(golden.params as UNetModelParamsInput);
      fillByHash(model);
      const before = tf.memory().numTensors;
      const x = toTensor(golden.get('in.x')) as tf.Tensor4D;
      const timesteps = toTensor(golden.get('in.timesteps')) as tf.Tensor1D;
      const optional = (key: string) => (golden.tensors.has(key) ? toTensor(golden.get(key)) : undefined);
      const y = optional('in.y') as tf.Tensor1D | undefined;
      const context = optional('in.context') as tf.Tensor3D | undefined;
      const target = toTensor(golden.get('in.target'));
      const inputs = { x, timesteps, context, y };

      const output = model.forward(inputs);
      assertClose(published(output), golden.floats('out.y'), OUTPUT_TOLERANCE, 'out.y');

      const named = model.trainableParameters();
      const { value, grads } = valueAndGrads(
        () => tf.losses.meanSquaredError(target, model.forward(inputs)),
        [...named.map(([, parameter]) => parameter.value), x, ...(context ? [context] : [])],
      );
      assertClose(value.dataSync(), golden.floats('out.loss'), OUTPUT_TOLERANCE, 'out.loss');
      assertParameterGradients(golden, model, grads);
      const inputGradients = new Map([['grad.in.x', grads[named.length]]]);
      if (context) inputGradients.set('grad.in.context', grads.at(-1));
      for (const [key, gradient] of inputGradients) {
        assertClose(published(gradient as tf.Tensor), golden.floats(key), GRADIENT_TOLERANCE, key);
      }
      const compared = new Set([...named.map(([parameter]) => `grad.${parameter}`), ...inputGradients.keys()]);
      const gradients = [...golden.tensors.keys()].filter((key) => key.startsWith('grad.'));
      assert.equal(
        gradients.filter((key) => !compared.has(key)),
        [],
        'every published gradient belongs to something here',
      );

      tf.dispose([x, timesteps, y ?? [], context ?? [], target, output, value, ...grads]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    });
  }
};

// On the CPU engine each of them takes half a minute: there, a smaller one is a part of latent-diffusion.test.ts.
onEveryEngine('UNetModel against the published one', matchGolden(['unet_attention', 'unet_adm', 'unet_crossattn']), [
  'torch',
  'wasm',
]);
onEveryEngine(
  'UNetModel of other options against the published one',
  matchGolden([
    'unet_concat_in6_mult_1_2_3',
    'unet_crossattn_legacy_head_channels',
    'unet_new_attention_order_updown_scale_shift',
    'unet_num_heads_conv_resample_off',
    'unet_predict_codebook_ids',
  ]),
  ['torch'],
);

onEveryEngine('timestep embedding against the published one', (test) => {
  const golden = readGolden('schedules');
  for (const dimensions of [32, 33]) {
    test(`${dimensions} dimensions`, () => {
      const found = timestepEmbedding(tf.tensor1d([0, 1, 10, 999], 'int32'), dimensions);
      assertClose(found.dataSync(), golden.floats(`out.timestep_embedding.${dimensions}`), 1e-5, 'embedding');
    });
  }

  test('repeatOnly: the timestep in every dimension', () => {
    const found = timestepEmbedding(tf.tensor1d([3, 500], 'int32'), 3, { repeatOnly: true });
    assert.equal(found.arraySync(), [
      [3, 3, 3],
      [500, 500, 500],
    ]);
  });
});
