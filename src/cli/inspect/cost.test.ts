import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { vjp } from '../../autodiff/index.js';
import { isTorchBuilt } from '../../engine/testing.js';
import { selectEngine } from '../../engine/index.js';
import { startMeta } from '../../engine/meta/index.js';
import { UNetModel } from '../../models/unet/unet-model.js';
import { Module, type ExampleCalls, type Methods } from '../../nn/index.js';
import { RandomStreams } from '../../random/index.js';
import { celebahq, ddpm32 } from '../bench/networks.js';
import { sum } from './components.js';
import { costOfCalls } from './cost.js';

const test = suite('what a call costs');
const meta = await startMeta();

/** Of convolutions and linear layers: what hooks on every layer of the same network in PyTorch add up to. */
const layersInPyTorch = { ddpm32: 2_216_820_736, celebahq: 96_017_969_152 };

/** Scores and weighted values, where T positions attend to each other, for each channel: twice T times T. */
const attention = (blocks: readonly (readonly [count: number, positions: number, channels: number])[]): number =>
  sum(blocks.map(([count, positions, channels]) => count * 2 * positions ** 2 * channels));

for (const [name, network, blocks] of [
  // Two blocks down, three up, and one in the middle, of each level.
  ['ddpm32', ddpm32, [[5, 16 ** 2, 128], [6, 8 ** 2, 256]]], // prettier-ignore
  ['celebahq', celebahq, [[5, 32 ** 2, 448], [5, 16 ** 2, 672], [6, 8 ** 2, 896]]], // prettier-ignore
] as const) {
  test(`${name}: as PyTorch's layers, and attention; nothing is left behind`, async () => {
    await tf.setBackend('meta');
    const before = tf.memory().numTensors;
    const module = new UNetModel(network.params).initialize(new RandomStreams(0));
    const cost = costOfCalls(module, meta);
    const layers = sum(cost?.multiplyAdds.values() ?? []) - attention(blocks);
    assert.is(layers, layersInPyTorch[name]);
    assert.ok(Math.abs(layers / network.multiplyAdds - 1) < 5e-4, 'the bench says the same');
    module.dispose();
    assert.is(tf.memory().numTensors, before);
  });
}

test('costs have the names of the modules, which are as they were', async () => {
  await tf.setBackend('meta');
  const module = new UNetModel(ddpm32.params).initialize(new RandomStreams(0));
  const cost = costOfCalls(module, meta);
  assert.not(Object.hasOwn(module, 'forward'));
  assert.ok(cost);
  assert.is(cost.multiplyAdds.get('time_embed.0'), 64 * 256);
  assert.is(cost.multiplyAdds.get('input_blocks.0.0'), 32 * 32 * 3 * 3 * 3 * 64);
  assert.is(cost.multiplyAdds.get('middle_block.1'), attention([[1, 8 ** 2, 256]]));
  module.dispose();
});

test('a module that returns what it is given keeps nothing; several methods count together', async () => {
  await tf.setBackend('meta');
  class Echo extends Module {
    override methods(): Methods {
      return { forward: ({ x }) => x as tf.Tensor, square: ({ x }) => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D) };
    }
    override exampleCalls(): ExampleCalls {
      return { forward: { x: { shape: [3, 3] } }, square: { x: { shape: [2, 2] } } };
    }
  }
  const cost = costOfCalls(new Echo(), meta);
  assert.is(sum(cost?.multiplyAdds.values() ?? []), 8);
  assert.is(sum(cost?.activationBytes.values() ?? []), 0);
});

test('a module that does not say what it is called with', () => {
  class Silent extends Module {}
  assert.is(costOfCalls(new Silent(), meta), undefined);
});

for (const use_checkpoint of [false, true]) {
  const title = `activations are what the engine torch keeps${use_checkpoint ? ' with checkpointing' : ''}`;
  (isTorchBuilt() ? test : skip)(title, async () => {
    const build = () =>
      new UNetModel({
        ...{ image_size: 16, in_channels: 3, out_channels: 3, model_channels: 32, num_res_blocks: 1, dropout: 0.1 },
        ...{ channel_mult: [1, 2], attention_resolutions: [2], num_head_channels: 32, use_checkpoint },
      }).initialize(new RandomStreams(0));
    await selectEngine('torch');
    const module = build();
    const x = tf.ones<tf.Rank.R4>([1, 16, 16, 3]);
    const timesteps = tf.ones<tf.Rank.R1>([1], 'int32');
    const weights = module.trainableParameters().map(([, parameter]) => parameter.value);
    const before = nativeBytes();
    const { values, dispose } = vjp(() => [module.forward({ x, timesteps })], weights);
    tf.dispose([...values]);
    const kept = nativeBytes() - before;
    dispose();
    module.dispose();
    tf.dispose([x, timesteps]);

    await tf.setBackend('meta');
    const described = build();
    assert.is(sum(costOfCalls(described, meta)?.activationBytes.values() ?? []), kept);
    described.dispose();
  });
}

function nativeBytes(): number {
  return (tf.memory() as tf.MemoryInfo & { numNativeBytes: number }).numNativeBytes;
}

function skip(title: string): void {
  test.skip(title);
}

test.run();
