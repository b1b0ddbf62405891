import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../../engine/index.js';
import { ShapeError } from '../../errors.js';
import type { Module } from '../../nn/index.js';
import { RandomStreams } from '../../random/index.js';
import { CrossAttention, FeedForward, SpatialTransformer } from './index.js';

const test = suite('spatial transformers and their parts');

test.before(async () => {
  await selectEngine('cpu');
});

const names = (module: Module) => [...module.namedParameters()].map(([name]) => name);

const isShapeError = (text: string) => (error: Error) => error instanceof ShapeError && error.message.includes(text);

test('weights have their published names, with GEGLU and with GELU', () => {
  assert.equal(names(new CrossAttention({ queryChannels: 4, numHeads: 2, headChannels: 3 })), [
    'to_q.weight',
    'to_k.weight',
    'to_v.weight',
    'to_out.0.weight',
    'to_out.0.bias',
  ]);
  assert.equal(names(new FeedForward({ channels: 4, gated: true })), [
    'net.0.proj.weight',
    'net.0.proj.bias',
    'net.2.weight',
    'net.2.bias',
  ]);
  assert.equal(names(new FeedForward({ channels: 4 })), [
    'net.0.0.weight',
    'net.0.0.bias',
    'net.2.weight',
    'net.2.bias',
  ]);
  const transformer = new SpatialTransformer({ channels: 4, numHeads: 2, headChannels: 3, depth: 2, normGroups: 2 });
  const parts = names(transformer).map((name) => name.split('.').slice(0, name.startsWith('transformer') ? 3 : 1));
  assert.equal(
    [...new Set(parts.map((part) => part.join('.')))],
    [
      'norm',
      'proj_in',
      ...[0, 1].flatMap((i) =>
        ['attn1', 'ff', 'attn2', 'norm1', 'norm2', 'norm3'].map((part) => `transformer_blocks.${i}.${part}`),
      ),
      'proj_out',
    ],
  );
});

test('a new spatial transformer is the identity, and leaves no tensor behind', () => {
  const transformer = new SpatialTransformer({
    channels: 4,
    numHeads: 2,
    headChannels: 3,
    contextChannels: 5,
    normGroups: 2,
  }).initialize(new RandomStreams(3));
  const x = tf.tidy(() => tf.reshape<tf.Rank.R4>(tf.range(0, 16), [1, 2, 2, 4]));
  const context = tf.ones<tf.Rank.R3>([1, 3, 5]);
  const before = tf.memory().numTensors;
  const y = transformer.forward(x, context);
  assert.is(tf.memory().numTensors, before + 1);
  assert.equal([...y.dataSync()], [...x.dataSync()]);
  tf.dispose([x, context, y]);
  transformer.dispose();
});

test('dropout acts in training only', () => {
  const feedForward = new FeedForward({ channels: 4, dropout: 0.5 }).initialize(new RandomStreams(3));
  const x = tf.ones([1, 4]);
  const draw = () => tf.tidy(() => [...feedForward.forward(x).dataSync()]);
  assert.not.equal(draw(), draw());
  feedForward.eval();
  assert.equal(draw(), draw());
  x.dispose();
  feedForward.dispose();
});

test('a context or a mask of another shape is named', () => {
  const attention = new CrossAttention({ queryChannels: 4, contextChannels: 5, numHeads: 1, headChannels: 2 });
  const x = tf.zeros<tf.Rank.R3>([2, 3, 4]);
  const context = tf.zeros<tf.Rank.R3>([2, 6, 5]);
  assert.throws(() => attention.forward({ x }), isShapeError('[2, S, 5], found no context, and x [2, 3, 4]'));
  assert.throws(() => attention.forward({ x, context: tf.zeros([1, 6, 5]) }), isShapeError('found [1, 6, 5]'));
  const mask = tf.zeros([2, 5], 'bool');
  assert.throws(() => attention.forward({ x, context, mask }), isShapeError('a mask [2, 6], found [2, 5]'));
});

test('no heads, or heads of no channels, are refused', () => {
  for (const heads of [
    { numHeads: 0, headChannels: 4 },
    { numHeads: 2, headChannels: 0 },
  ]) {
    assert.throws(() => new CrossAttention({ queryChannels: 4, ...heads }), /at least one head/);
  }
});

test.run();
