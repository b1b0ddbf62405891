import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { instantiateFromConfig } from '../config/index.js';
import { selectEngine } from '../engine/index.js';
import { RandomStreams } from '../random/index.js';
import { NLayerDiscriminator } from './index.js';

const test = suite('NLayerDiscriminator');

test.before(async () => {
  await selectEngine('cpu');
});

const shapes = (options: ConstructorParameters<typeof NLayerDiscriminator>[0]) =>
  [...new NLayerDiscriminator(options).namedParameters()]
    .filter(([name]) => name.endsWith('weight'))
    .map(([name, { publishedShape }]) => `${name} ${publishedShape.join('x')}`);

test('layers and channels: twice as many in each, up to eight times the first', () => {
  assert.equal(shapes({ ndf: 4, nLayers: 0 }), [
    'main.0.weight 4x3x4x4',
    'main.2.weight 4x4x4x4',
    'main.3.weight 4',
    'main.5.weight 1x4x4x4',
  ]);
  const deep = shapes({ ndf: 2, nLayers: 5, inChannels: 1 }).filter((shape) => shape.includes('x4x4'));
  const channels = deep.map((shape) => shape.split(' ')[1]);
  assert.equal(channels, ['2x1x4x4', '4x2x4x4', '8x4x4x4', '16x8x4x4', '16x16x4x4', '16x16x4x4', '1x16x4x4']);
});

test('a config names it with its published parameters', async () => {
  const target = 'taming.modules.discriminator.model.NLayerDiscriminator';
  const params = { input_nc: 5, ndf: 4, n_layers: 1, use_actnorm: true };
  const network = await instantiateFromConfig<NLayerDiscriminator>({ target, params }, registry);
  const names = [...network.namedParameters()].map(([name]) => name);
  assert.equal(network.exampleCalls(), { forward: { input: { shape: [1, 256, 256, 5] } } });
  assert.ok(names.includes('main.3.loc') && names.includes('main.5.bias'));
});

test('batch norm stands after convolutions without bias, ActNorm after such with one', () => {
  const names = (useActnorm: boolean) =>
    [...new NLayerDiscriminator({ ndf: 2, nLayers: 1, useActnorm }).namedParameters()].map(([name]) => name);
  assert.ok(!names(false).includes('main.2.bias') && names(false).includes('main.3.running_var'));
  assert.ok(names(true).includes('main.2.bias') && names(true).includes('main.3.initialized'));
});

test('weights begin normal: 0 and 0.02 for filters, 1 and 0.02 for batch norm', () => {
  const network = new NLayerDiscriminator({ ndf: 64, nLayers: 1 }).initialize(new RandomStreams(1));
  const statistics = (name: string) => {
    const data = [...(network.stateDict().get(name)?.data as Float32Array)];
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    return [mean, Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length)] as const;
  };
  const [ofFilter, ofNorm] = [statistics('main.2.weight'), statistics('main.3.weight')];
  assert.ok(Math.abs(ofFilter[0]) < 1e-3 && Math.abs(ofFilter[1] - 0.02) < 1e-3, String(ofFilter));
  assert.ok(Math.abs(ofNorm[0] - 1) < 1e-2 && Math.abs(ofNorm[1] - 0.02) < 5e-3, String(ofNorm));
  assert.equal(statistics('main.3.bias'), [0, 0]);
});

test('a logit for each patch; an image without one is refused', () => {
  const network = new NLayerDiscriminator({ ndf: 2, nLayers: 2 }).initialize(new RandomStreams(1));
  const before = tf.memory().numTensors;
  const logits = network.forward(tf.ones([2, 16, 13, 3]));
  assert.equal(logits.shape, [2, 2, 1, 1]);
  assert.is(tf.memory().numTensors, before + 2, 'the image and the logits');
  const expected = /NLayerDiscriminator: expected \[N, H, W, 3\] with H and W of at least 12, found \[1, 11, 16, 3\]/;
  assert.throws(() => network.forward(tf.ones([1, 11, 16, 3])), expected);
});

test.run();
