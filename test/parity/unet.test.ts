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
      const y = golden.tensors.has('in.y') ? (toTensor(golden.get('in.y')) as tf.Tensor1D) : undefined;
      const target = toTensor(golden.get('in.target'));

      const output = model.forward({ x, timesteps, ...(y && { y }) });
      assertClose(published(output), golden.floats('out.y'), OUTPUT_TOLERANCE, 'out.y');

      const parameters = model.trainableParameters().map(([, parameter]) => parameter.value);
      const { value, grads } = valueAndGrads(
        () => tf.losses.meanSquaredError(target, model.forward({ x, timesteps, ...(y && { y }) })),
        [...parameters, x],
      );
      assertClose(value.dataSync(), golden.floats('out.loss'), OUTPUT_TOLERANCE, 'out.loss');
      assertParameterGradients(golden, model, grads);
      const inputGradient = grads.at(-1) as tf.Tensor;
      assertClose(published(inputGradient), golden.floats('grad.in.x'), GRADIENT_TOLERANCE, 'grad.in.x');

      tf.dispose([x, timesteps, y ?? [], target, output, value, ...grads]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    });
  }
};

onEveryEngine('UNetModel against the published one', matchGolden(['unet_attention', 'unet_adm']));
// Its residual blocks resample and condition by scale and shift; on the CPU engine it takes half a minute.
onEveryEngine(
  'UNetModel of other options against the published one',
  matchGolden(['unet_new_attention_order_updown_scale_shift']),
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
});
