import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../../engine/index.js';
import type { HostTensor } from '../../io/host-tensor.js';
import { RandomStreams } from '../../random/index.js';
import { SimpleDDPMModel } from './simple-ddpm/simple-ddpm-model.js';
import { UNet2DModel } from './unet2d/unet2d-model.js';
import type { UNet2DModelParamsInput } from './unet2d/unet2d-model.params.js';

const test = suite('classic networks');

test.before(async () => {
  await selectEngine('cpu');
});

const small = {
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8],
  down_block_types: ['AttnDownBlock2D'],
  up_block_types: ['UpBlock2D'],
  norm_num_groups: 4,
  layers_per_block: 1,
} as const satisfies UNet2DModelParamsInput;

const image = () => tf.ones<tf.Rank.R4>([2, 4, 4, 1]);
const unet2D = (params: UNet2DModelParamsInput = {}) =>
  new UNet2DModel({ ...small, ...params }).initialize(new RandomStreams(1)).eval();

test('SimpleDDPMModel registers what the article’s lists hide, under the names of nn.ModuleList', () => {
  const names = [...new SimpleDDPMModel({ num_classes: 10 }).namedParameters()].map(([name]) => name);
  const first = names.filter((name) => !/\.(bias|gn[12]\.weight|conv2\.weight)$/.test(name));
  assert.equal(first, [
    'encoders.0.0.conv1.weight',
    'encoders.1.0.conv1.weight',
    'encoders.2.0.conv1.weight',
    'mid_conv.conv1.weight',
    'decoders.0.1.conv1.weight',
    'decoders.1.1.conv1.weight',
    'decoders.2.1.conv1.weight',
    'first_conv.weight',
    'final_conv.0.conv1.weight',
    'final_conv.1.weight',
    'time_embeddings.0.weight',
    'time_embeddings.1.weight',
    'time_embeddings.2.weight',
    'conditional_embeddings.0.weight',
    'conditional_embeddings.1.weight',
    'conditional_embeddings.2.weight',
  ]);
});

test('SimpleDDPMModel of the article’s size has its channels', () => {
  const shapes = new Map(
    [...new SimpleDDPMModel().namedParameters()].map(([name, { publishedShape }]) => [name, publishedShape]),
  );
  // conv1 as `is_encoder` and `is_decoder` make it of 128, 256 and 512 filters.
  const conv1 = (part: string) => shapes.get(`${part}.conv1.weight`)?.slice(0, 2);
  assert.equal(['encoders.0.0', 'encoders.1.0', 'encoders.2.0'].map(conv1), [
    [128, 128],
    [256, 128],
    [512, 256],
  ]);
  assert.equal(['decoders.0.1', 'decoders.1.1', 'decoders.2.1'].map(conv1), [
    [256, 1024],
    [128, 512],
    [128, 256],
  ]);
  assert.equal(shapes.get('time_embeddings.2.weight'), [100, 256]);
});

test('SimpleDDPMModel shows a share of the training batches without their labels, none in evaluation', () => {
  const network = new SimpleDDPMModel({ filter_nums: [8], max_time_step: 4, num_classes: 3, mask_ratio: 0.5 });
  network.initialize(new RandomStreams(1));
  const x = image();
  const run = (label: number): number[] =>
    tf.tidy(() => {
      const [timesteps, y] = [tf.tensor1d([0, 3], 'int32'), tf.fill<tf.Rank.R1>([2], label, 'int32')];
      return [...network.forward({ x, timesteps, y }).dataSync()];
    });
  const outcomes = new Set(Array.from({ length: 20 }, () => run(1).join()));
  assert.is(outcomes.size, 2, 'with and without the label');
  network.eval();
  assert.ok(outcomes.has(run(1).join()));
  assert.not(outcomes.has(run(2).join()));
});

test('labels are for networks with classes, and these need them', () => {
  const [x, timesteps, y] = [image(), tf.tensor1d([0, 3], 'int32'), tf.tensor1d([0, 1], 'int32')];
  const simple = new SimpleDDPMModel({ filter_nums: [8] }).initialize(new RandomStreams(1));
  assert.throws(() => simple.forward({ x, timesteps, y }), /SimpleDDPMModel: expected class labels y exactly when/);
  assert.throws(() => unet2D().forward({ x, timesteps, y }), /UNet2DModel: expected class labels y exactly when/);
  const withClasses = unet2D({ num_class_embeds: 2 });
  assert.throws(() => withClasses.forward({ x, timesteps }), /found no y/);
  assert.equal(withClasses.forward({ x, timesteps, y }).shape, x.shape);
});

test('UNet2DModel says which labels it takes: none where embeddings come in their place', () => {
  assert.is(unet2D().numClasses, 0);
  assert.is(unet2D({ num_class_embeds: 5 }).numClasses, 5);
  assert.is(unet2D({ num_class_embeds: 5, class_embed_type: 'timestep' }).numClasses, 5);
  assert.is(unet2D({ num_class_embeds: 5, class_embed_type: 'identity' }).numClasses, 0);
});

test('UNet2DModel takes one timestep for all images, as a scalar too', () => {
  const network = unet2D();
  const x = image();
  const run = (timesteps: tf.Tensor1D | tf.Scalar) => [...network.forward({ x, timesteps }).dataSync()];
  const each = run(tf.tensor1d([7, 7], 'int32'));
  assert.equal(run(tf.scalar(7, 'int32')), each);
  assert.equal(run(tf.tensor1d([7], 'int32')), each);
});

test('UNet2DModel drops values in training only', () => {
  const network = unet2D({ dropout: 0.5 });
  const run = () => [...network.forward({ x: image(), timesteps: tf.scalar(7) }).dataSync()];
  assert.equal(run(), run());
  network.train();
  assert.not.equal(run(), run());
});

test('weights under the attention’s old names load', () => {
  const network = unet2D();
  const older = new Map<string, HostTensor>();
  for (const [name, tensor] of network.stateDict()) {
    const old = name
      .replace('to_q', 'query')
      .replace('to_k', 'key')
      .replace('to_v', 'value')
      .replace('to_out.0', 'proj_attn');
    older.set(old, tensor);
  }
  assert.ok(older.has('mid_block.attentions.0.proj_attn.weight'));
  const copy = new UNet2DModel(small);
  copy.loadStateDict(older);
  assert.equal(copy.stateDict(), network.stateDict());
});

test('Fourier frequencies are not trained, published under two names and loaded from one', () => {
  const network = unet2D({ time_embedding_type: 'fourier' });
  const state = network.stateDict();
  assert.equal(state.get('time_proj.W'), state.get('time_proj.weight'));
  assert.not(network.trainableParameters().some(([name]) => name.startsWith('time_proj')));
  const deviation = Math.sqrt(
    [...network.stateDict().get('time_proj.weight')!.data].reduce((sum: number, w) => sum + Number(w) ** 2, 0) / 8,
  );
  assert.ok(deviation > 4 && deviation < 64, String(deviation));
  state.delete('time_proj.W');
  const copy = new UNet2DModel({ ...small, time_embedding_type: 'fourier' });
  copy.loadStateDict(state);
  assert.equal(copy.stateDict(), network.stateDict());
});

test.run();
