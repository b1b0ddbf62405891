import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../engine/index.js';
import type { HostTensor } from '../io/host-tensor.js';
import { RandomStreams } from '../random/index.js';
import { columnFilter, Conv2d, Dropout, Embedding, GroupNorm, Linear, Module, transposed } from './index.js';

const test = suite('nn');

test.before(async () => {
  await selectEngine('cpu');
});

class Block extends Module {
  readonly conv = this.child('layers.0', new Conv2d(2, 3, { kernelSize: 3, padding: 1 }));
  readonly norm = this.child('layers.1', new GroupNorm(3, { numGroups: 3 }));
  readonly steps = this.parameter('steps', { shape: [], init: () => tf.scalar(4), trainable: false });
}

test('names and published shapes follow the module tree, own parameters first', () => {
  const names = [...new Block().namedParameters()].map(([name, { publishedShape }]) => [name, publishedShape]);
  assert.equal(names, [
    ['steps', []],
    ['layers.0.weight', [3, 2, 3, 3]],
    ['layers.0.bias', [3]],
    ['layers.1.weight', [3]],
    ['layers.1.bias', [3]],
  ]);
});

test('a filter of a 1-D convolution and a turned matrix are published as PyTorch holds them', () => {
  class Line extends Module {
    readonly conv = this.child('conv', new Conv2d(2, 3, { kernelSize: [5, 1], layout: columnFilter }));
    readonly table = this.parameter('table', { shape: [7, 2], init: () => tf.zeros([7, 2]), layout: transposed });
    readonly map = this.child('map', new Linear(2, 4, { bias: false }));
  }
  const line = new Line();
  const state = new Map<string, HostTensor>();
  for (const [name, { publishedShape: shape, size }] of line.namedParameters()) {
    state.set(name, { dtype: 'F32', shape, data: Float32Array.from({ length: size }, (_, i) => i) });
  }
  assert.equal(
    [...state].map(([name, { shape }]) => [name, shape]),
    [
      ['table', [2, 7]],
      ['conv.weight', [3, 2, 5]],
      ['conv.bias', [3]],
      ['map.weight', [4, 2]],
    ],
  );
  line.loadStateDict(state);
  assert.equal([...line.table.value.dataSync()].slice(0, 4), [0, 7, 1, 8]);
  // [k, 1, in, out]: the outputs of one input and place are 10 apart as published.
  assert.equal([...line.conv.weight.value.dataSync()].slice(0, 6), [0, 10, 20, 5, 15, 25]);
  assert.equal(line.stateDict(), state);
  line.dispose();
});

test('a network allocates nothing until it is initialized', () => {
  const before = tf.memory().numTensors;
  const block = new Block();
  assert.is(tf.memory().numTensors, before);
  assert.throws(() => block.conv.weight.value, /initialize the module or load its weights/);
  block.initialize(new RandomStreams(1));
  assert.is(tf.memory().numTensors, before + 5);
  block.dispose();
  assert.is(tf.memory().numTensors, before);
});

test('initial weights depend on their name and the seed, not on what was drawn before', () => {
  const weights = (block: Block) => [...block.conv.weight.value.dataSync()];
  const streams = new RandomStreams(1);
  streams.get('noise').normal([5]).dispose();
  assert.equal(weights(new Block().initialize(streams)), weights(new Block().initialize(new RandomStreams(1))));
  assert.not.equal(weights(new Block().initialize(new RandomStreams(2))), weights(new Block().initialize(streams)));
});

test('a convolution begins as PyTorch begins it: uniform within 1 / sqrt(fan in)', () => {
  const { weight } = new Conv2d(8, 16, { kernelSize: 3 }).initialize(new RandomStreams(1));
  const bound = 1 / Math.sqrt(8 * 9);
  const values = [...weight.value.dataSync()];
  assert.ok(values.every((value) => Math.abs(value) <= bound));
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.1, String(variance));
});

test('stateDict and loadStateDict give back every value, filters through OIHW', () => {
  const block = new Block().initialize(new RandomStreams(3));
  const copy = new Block();
  copy.loadStateDict(block.stateDict());
  const all = (of: Block) => [...of.namedParameters()].map(([, { value }]) => [...value.dataSync()]);
  assert.equal(all(copy), all(block));
  // OIHW puts the filter's columns next to each other, HWIO the output channels.
  const published = block.stateDict().get('layers.0.weight');
  const [first] = block.conv.weight.value.dataSync();
  const second = block.conv.weight.value.dataSync()[6];
  assert.equal([published?.data[0], published?.data[1]], [first, second]);
});

test('loadStateDict lists everything that does not fit and then changes nothing', () => {
  const block = new Block().initialize(new RandomStreams(3));
  const before = [...block.norm.weight.value.dataSync()];
  const state = block.stateDict();
  state.delete('layers.0.bias');
  state.set('layers.0.bios', { dtype: 'F32', shape: [3], data: new Float32Array(3) });
  state.set('layers.1.weight', { dtype: 'F32', shape: [4], data: new Float32Array(4) });
  let message = '';
  try {
    block.loadStateDict(state, { source: 'a.ckpt' });
  } catch (error) {
    message = (error as Error).message;
  }
  assert.is(
    message,
    [
      'a.ckpt: 1 weights are missing',
      '  expected:     layers.0.bias',
      '  did you mean: layers.0.bios',
      '',
      'a.ckpt: 1 weights belong to nothing here',
      '  found:        layers.0.bios',
      '',
      'a.ckpt: layers.1.weight has the wrong shape',
      '  found:        [4]',
      '  expected:     [3]',
    ].join('\n'),
  );
  assert.equal([...block.norm.weight.value.dataSync()], before);
});

test('a load that is not strict reports what it left out', () => {
  const block = new Block().initialize(new RandomStreams(3));
  const state = block.stateDict();
  state.delete('steps');
  assert.equal(block.loadStateDict(state, { strict: false }), { missing: ['steps'], unexpected: [] });
  assert.throws(() => block.loadStateDict(state), /1 weights are missing/);
  assert.equal(block.loadStateDict(state, { buffersOptional: true }).missing, []);
});

test('dropout: the identity in evaluation, an unbiased mask in training', () => {
  const dropout = new Dropout(0.25).initialize(new RandomStreams(1));
  const x = tf.ones([100, 100]);
  assert.is(dropout.eval().forward(x), x);
  const values = [...dropout.train().forward(x).dataSync()];
  assert.ok(values.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6));
  const kept = values.filter((value) => value > 0).length / values.length;
  assert.ok(Math.abs(kept - 0.75) < 0.02, String(kept));
  assert.throws(() => new Dropout(1), /a probability in \[0, 1\), found 1/);
});

test('linear layers and embeddings keep the leading axes', () => {
  const linear = new Linear(4, 3).initialize(new RandomStreams(1));
  assert.equal(linear.forward(tf.ones([2, 5, 4])).shape, [2, 5, 3]);
  const embedding = new Embedding(10, 6).initialize(new RandomStreams(1));
  const row = [...embedding.weight.value.dataSync()].slice(18, 24);
  assert.equal([...embedding.forward(tf.tensor1d([3], 'int32')).dataSync()], row);
});

test('group normalization refuses channels that its groups do not divide', () => {
  const norm = new GroupNorm(6, { numGroups: 4 }).initialize(new RandomStreams(1));
  assert.throws(() => norm.forward(tf.ones([1, 2, 2, 6])), /C divisible by 4 groups, found \[1, 2, 2, 6\]/);
});

test.run();
