import * as tf from '@tensorflow/tfjs-core';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { fillByName } from '../../src/cli/bench/hash-fill.js';
import { BasicUNet } from '../../src/models/classic/basic-unet.js';
import { SimpleDDPMModel } from '../../src/models/classic/simple-ddpm/simple-ddpm-model.js';
import { UNet2DModel } from '../../src/models/classic/unet2d/unet2d-model.js';
import type { Methods, Module } from '../../src/nn/index.js';
import {
  assertClose,
  assertParameterGradients,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden, type Golden } from '../support/golden.js';

type Forward = NonNullable<Methods[string]>;

/** Holds a network, filled by its weights' names and called by name, against a file: output, loss, every gradient. */
function assertMatches(network: Module, golden: Golden, lossTarget: 'zero' | 'x' = 'zero'): void {
  fillByName(network);
  network.eval();
  const before = tf.memory().numTensors;
  const inputs = Object.fromEntries(
    [...golden.tensors].flatMap(([key, tensor]) =>
      key.startsWith('in.') ? [[key.slice(3), toTensor(tensor)] as const] : [],
    ),
  );
  const x = inputs.x as tf.Tensor4D;
  const target = lossTarget === 'x' ? tf.clone(x) : tf.scalar(0);
  const forward = network.methods().forward as Forward;
  const output = forward(inputs) as tf.Tensor;
  assertClose(published(output), golden.floats('out.y'), OUTPUT_TOLERANCE, 'out.y');

  const parameters = network.trainableParameters();
  const { value, grads } = valueAndGrads(
    () => tf.mean(tf.squaredDifference(forward(inputs) as tf.Tensor, target)),
    [...parameters.map(([, parameter]) => parameter.value), x],
  );
  assertClose(value.dataSync(), golden.floats('out.loss'), OUTPUT_TOLERANCE, 'out.loss');
  const missing = parameters.map(([name]) => name).filter((name) => !golden.tensors.has(`grad.${name}`));
  assert.equal(missing, [], 'every parameter has a gradient to be held against');
  assertParameterGradients(golden, network, grads);
  if (golden.tensors.has('grad.in.x')) {
    assertClose(published(grads.at(-1) as tf.Tensor), golden.floats('grad.in.x'), GRADIENT_TOLERANCE, 'grad.in.x');
  }
  tf.dispose([inputs, target, output, value, ...grads]);
  assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  network.dispose();
}

function assertNames(network: Module, golden: Golden): void {
  const names = network.trainableParameters().map(([name]) => name);
  assert.equal(names, JSON.parse(golden.metadata.param_names ?? '[]'));
}

const ours = (name: string): Golden => readGolden(`../classic/${name}`);

const matchBasicUNet = (test: Test): void => {
  test('names, output, loss and every gradient', () => {
    const golden = readGolden('basic_unet');
    const network = new BasicUNet();
    assertNames(network, golden);
    // The chapter's loss is held against the clean image, which stands for it here.
    assertMatches(network, golden, 'x');
  });
};
onEveryEngine('BasicUNet against the published one', matchBasicUNet, ['torch', 'wasm']);

const matchUNet2D = (test: Test): void => {
  test('the chapter’s network: names, 1,707,009 parameters, output, loss and every gradient', () => {
    const golden = readGolden('diffusers_unet2d');
    const network = new UNet2DModel(golden.params);
    assertNames(network, golden);
    const count = network.trainableParameters().reduce((sum, [, { size }]) => sum + size, 0);
    assert.is(count, Number(golden.metadata.parameter_count));
    assert.is(count, 1_707_009);
    assertMatches(network, golden);
  });
};
onEveryEngine('UNet2DModel against the published one', matchUNet2D, ['torch', 'wasm']);

const matchOptions = (test: Test): void => {
  for (const name of [
    'scale_shift_classes',
    'fourier_resnet_blocks',
    'odd_embedding_timestep_labels',
    'learned_identity',
  ]) {
    test(name, () => {
      const golden = ours(`unet2d_${name}`);
      const network = new UNet2DModel(golden.params);
      assertNames(network, golden);
      assertMatches(network, golden);
    });
  }
};
onEveryEngine('UNet2DModel of other options against PyTorch', matchOptions, ['torch', 'wasm']);

onEveryEngine('SimpleDDPMModel against PyTorch', (test) => {
  for (const name of ['simple_ddpm', 'simple_ddpm_classes']) {
    test(name, () => {
      const golden = ours(name);
      const network = new SimpleDDPMModel(golden.params);
      assertNames(network, golden);
      assertMatches(network, golden);
    });
  }
});
