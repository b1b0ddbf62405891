import * as tf from '@tensorflow/tfjs-core';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { toFloat32 } from '../../src/io/host-tensor.js';
import { BasicTransformerBlock, CrossAttention, FeedForward } from '../../src/models/attention/index.js';
import type { EncoderUNetModelParamsInput } from '../../src/models/unet/encoder-unet-model.params.js';
import { EncoderUNetModel } from '../../src/models/unet/encoder-unet-model.js';
import { ResBlock } from '../../src/models/unet/res-block.js';
import type { UNetModelParamsInput } from '../../src/models/unet/unet-model.params.js';
import { UNetModel } from '../../src/models/unet/unet-model.js';
import type { Module } from '../../src/nn/index.js';
import {
  assertClose,
  fillByHash,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden, sampleGradient, type Golden } from '../support/golden.js';

/** How many elements of a gradient the files keep, see test/fixtures/unet/make.py. */
const SAMPLES = 8;

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** A module and how it is called with the inputs of its file. */
interface Subject {
  readonly module: Module;
  readonly call: (inputs: Inputs) => tf.Tensor;
}

const byName = (module: Module): Subject => ({
  module,
  call: (inputs) => module.methods().forward!(inputs) as tf.Tensor,
});
const unet = ({ params }: Golden) => byName(new UNetModel(params as UNetModelParamsInput));
const encoder = ({ params }: Golden) => byName(new EncoderUNetModel(params as EncoderUNetModelParamsInput));

const subjects: Record<string, (golden: Golden) => Subject> = {
  dims_1: unet,
  dims_1_average: unet,
  dims_1_updown: unet,
  heads_upsample: unet,
  heads_not_legacy: unet,
  transformer_uneven_heads: unet,
  transformer_uneven_heads_legacy: unet,
  transformer_without_context: unet,
  encoder_adaptive: encoder,
  encoder_attention: encoder,
  encoder_spatial: encoder,
  encoder_spatial_v2: encoder,
  res_block_use_conv: () => {
    const module = new ResBlock({
      channels: 32,
      outChannels: 64,
      embeddingChannels: 10,
      dropout: 0,
      normGroups: 32,
      useConv: true,
      useScaleShiftNorm: false,
      useCheckpoint: false,
    });
    return { module, call: ({ x, embedding }) => module.forward(x as tf.Tensor4D, embedding as tf.Tensor2D) };
  },
  cross_attention_mask: () => {
    const module = new CrossAttention({ queryChannels: 6, contextChannels: 7, numHeads: 2, headChannels: 5 });
    return {
      module,
      call: ({ x, context, mask }) =>
        module.forward({
          x: x as tf.Tensor3D,
          context: context as tf.Tensor3D,
          mask: tf.cast(mask as tf.Tensor, 'bool'),
        }),
    };
  },
  feed_forward_gelu: () => {
    const module = new FeedForward({ channels: 6, outChannels: 3, mult: 2.5 });
    return { module, call: ({ x }) => module.forward(x as tf.Tensor) };
  },
  transformer_block_gelu: () => {
    const module = new BasicTransformerBlock({
      channels: 6,
      contextChannels: 7,
      numHeads: 3,
      headChannels: 4,
      gatedFeedForward: false,
    });
    return { module, call: ({ x, context }) => module.forward(x as tf.Tensor3D, context as tf.Tensor3D) };
  },
};

const matchReference = (names: readonly string[]) => (test: Test) => {
  for (const name of names) {
    test(`${name}: output and every gradient`, () => {
      const golden = readGolden(name, 'unet');
      const { module, call } = subjects[name]!(golden);
      fillByHash(module);
      const before = tf.memory().numTensors;
      const inputs = Object.fromEntries(
        [...golden.tensors.keys()]
          .filter((key) => key.startsWith('in.'))
          .map((key) => [key.slice(3), toTensor(golden.get(key))]),
      );
      const { target, ...given } = inputs;
      const floats = Object.entries(given).filter(([, tensor]) => tensor.dtype === 'float32');
      const named = module.trainableParameters();

      let output: tf.Tensor | undefined;
      const { value, grads } = valueAndGrads(() => {
        const y = call(given);
        output = tf.keep(tf.clone(y));
        return tf.sum(tf.mul(y, target!));
      }, [...named.map(([, parameter]) => parameter.value), ...floats.map(([, tensor]) => tensor)]);

      assertClose(published(output!), golden.floats('out.y'), OUTPUT_TOLERANCE, 'out.y');
      const found = new Map<string, Float32Array>();
      named.forEach(([key, parameter], i) => found.set(`grad.${key}`, toFloat32(parameter.publish(grads[i]))));
      floats.forEach(([key], i) => found.set(`grad.in.${key}`, published(grads[named.length + i]!)));
      for (const key of golden.tensors.keys()) {
        if (!key.startsWith('grad.')) continue;
        const gradient = found.get(key);
        assert.ok(gradient, `${key} belongs to something here`);
        assertClose(sampleGradient(gradient, SAMPLES), golden.floats(key), GRADIENT_TOLERANCE, key);
        found.delete(key);
      }
      // What the files know no gradient of does not enter the result.
      const entering = [...found].filter(([, gradient]) => gradient.some((element) => element !== 0));
      assert.equal(
        entering.map(([key]) => key),
        [],
      );

      tf.dispose([inputs, output!, value, ...grads]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      module.dispose();
    });
  }
};

onEveryEngine('what the golden files leave out, against PyTorch', matchReference(Object.keys(subjects)), ['torch']);
onEveryEngine(
  'some of what the golden files leave out, against PyTorch',
  matchReference(['dims_1', 'encoder_attention', 'cross_attention_mask', 'transformer_block_gelu']),
  ['wasm'],
);
