import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../../engine/index.js';
import { ShapeError } from '../../errors.js';
import { RandomStreams } from '../../random/index.js';
import { AttentionPool2d } from './attention-pool.js';
import { EncoderUNetModel } from './encoder-unet-model.js';
import { Downsample, Upsample } from './resample.js';
import { UNetModel } from './unet-model.js';

const test = suite('UNets: what they take and refuse');

test.before(async () => {
  await selectEngine('cpu');
});

const small = {
  image_size: 8,
  in_channels: 2,
  out_channels: 3,
  model_channels: 4,
  num_res_blocks: 1,
  channel_mult: [1, 2],
  attention_resolutions: [],
  num_heads: 1,
  norm_num_groups: 2,
};
const x = () => tf.zeros<tf.Rank.R4>([2, 8, 8, 2]);
const timesteps = () => tf.tensor1d([1, 2]);
const isShapeError = (text: string) => (error: Error) => error instanceof ShapeError && error.message.includes(text);

test('x, timesteps, labels and context of other shapes, or where there should be none, are named', () => {
  const unet = new UNetModel(small);
  const classes = new UNetModel({ ...small, num_classes: 5 });
  const y = tf.tensor1d([0, 1], 'int32');
  const context = tf.zeros<tf.Rank.R3>([2, 3, 4]);
  assert.throws(
    () => unet.forward({ x: tf.zeros<tf.Rank.R4>([2, 8, 8, 3]), timesteps: timesteps() }),
    isShapeError('x [N, H, W, 2], found [2, 8, 8, 3]'),
  );
  assert.throws(
    () => new UNetModel({ ...small, dims: 1 }).forward({ x: x(), timesteps: timesteps() }),
    isShapeError('x [N, L, 2], found [2, 8, 8, 2]'),
  );
  assert.throws(() => unet.forward({ x: x(), timesteps: tf.tensor1d([1]) }), isShapeError('timesteps [2]'));
  assert.throws(() => unet.forward({ x: x(), timesteps: timesteps(), y }), isShapeError('found y [2]'));
  assert.throws(() => classes.forward({ x: x(), timesteps: timesteps() }), isShapeError('found y none'));
  const single = tf.tensor1d([1], 'int32');
  assert.throws(() => classes.forward({ x: x(), timesteps: timesteps(), y: single }), isShapeError('found y [1]'));
  assert.throws(() => unet.forward({ x: x(), timesteps: timesteps(), context }), isShapeError('no context'));
  assert.throws(
    () => new EncoderUNetModel(small).forward({ x: tf.zeros([2, 8, 8, 3]), timesteps: timesteps() }),
    isShapeError('x [N, H, W, 2]'),
  );
});

test('heads that do not divide the channels are refused, a fraction of a head too', () => {
  assert.throws(() => new UNetModel({ ...small, num_heads: 3 }), /heads that divide 8 channels, found 3/);
  const fraction = { num_heads: -1, num_head_channels: 16, model_channels: 20 };
  assert.throws(() => new UNetModel({ ...small, ...fraction }), /heads that divide 40 channels, found 2.5/);
  const pool = { size: 2, channels: 8, outChannels: 1 };
  for (const headChannels of [-1, 3]) {
    assert.throws(() => new AttentionPool2d({ ...pool, headChannels }), /AttentionPool2d: expected heads/);
  }
});

test('attention pooling takes images of its size alone', () => {
  const encoder = new EncoderUNetModel({ ...small, pool: 'attention', num_head_channels: 4, image_size: 4 });
  encoder.initialize(new RandomStreams(1));
  assert.throws(() => encoder.forward({ x: x(), timesteps: timesteps() }), isShapeError('an image of 4 positions'));
  encoder.dispose();
});

test('a new network predicts zeros; a new classifier with adaptive pooling too', () => {
  const before = tf.memory().numTensors;
  for (const network of [new UNetModel(small), new UNetModel({ ...small, dims: 1 }), new EncoderUNetModel(small)]) {
    network.initialize(new RandomStreams(1));
    const sequence = network instanceof UNetModel && network.params.dims === 1;
    const input = sequence ? tf.ones<tf.Rank.R3>([2, 8, 2]) : x();
    const t = timesteps();
    const result = network.forward({ x: input as tf.Tensor4D, timesteps: t });
    const expected = network instanceof EncoderUNetModel ? [2, 3] : [...input.shape.slice(0, -1), 3];
    assert.equal(result.shape, expected);
    assert.ok(result.dataSync().every((value) => value === 0));
    tf.dispose([input, t, result]);
    network.dispose();
  }
  assert.is(tf.memory().numTensors, before);
});

test('resampling changes the channels by its convolution', () => {
  for (const [module, shape] of [
    [new Upsample(2, { useConv: true, dims: 2, outChannels: 5 }), [1, 8, 8, 5]],
    [new Upsample(2, { useConv: true, dims: 1, outChannels: 5 }), [1, 8, 1, 5]],
    [new Upsample(2, { useConv: false, dims: 2, outChannels: 5 }), [1, 8, 8, 2]],
    [new Downsample(2, { useConv: true, dims: 2, outChannels: 5 }), [1, 2, 2, 5]],
    [new Downsample(2, { useConv: true, dims: 1, outChannels: 5 }), [1, 2, 1, 5]],
  ] as const) {
    module.initialize(new RandomStreams(1));
    const width = shape[2] === 1 ? 1 : 4;
    assert.equal(module.forward(tf.zeros([1, 4, width, 2])).shape, [...shape]);
    module.dispose();
  }
  assert.throws(() => new Downsample(2, { useConv: false, dims: 2, outChannels: 5 }), /expected 2 channels/);
});

test.run();
