import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stringifyConfig } from '../../src/config/index.js';
import { readSafetensors, readSafetensorsHeader, writeSafetensors } from '../../src/io/safetensors.js';
import { ldm } from '../support/command.js';
import { padded } from '../support/padded-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('the classic networks as a user trains them');

interface Trained {
  readonly config: string;
  /** Of some of its weights. */
  readonly shapes: Record<string, number[]>;
  readonly imageSize: number;
  readonly hasClasses: boolean;
}

const trained: Trained[] = [
  {
    config: 'unet2d-mnist',
    shapes: {
      'model.diffusion_model.class_embedding.weight': [10, 128],
      'model.diffusion_model.mid_block.attentions.0.to_out.0.weight': [64, 64],
    },
    imageSize: 28,
    hasClasses: true,
  },
  {
    config: 'simple-ddpm-mnist',
    shapes: { 'model.diffusion_model.decoders.0.1.conv1.weight': [64, 256, 1, 1] },
    imageSize: 32,
    hasClasses: false,
  },
  {
    config: 'conditional-ddpm-mnist',
    shapes: {
      'model.diffusion_model.conditional_embeddings.1.weight': [10, 32],
      'model.diffusion_model.decoders.0.1.conv1.weight': [64, 256, 1, 1],
    },
    imageSize: 32,
    hasClasses: true,
  },
  {
    config: 'basic-unet-mnist',
    shapes: { 'net.down_layers.1.weight': [64, 32, 5, 5] },
    imageSize: 28,
    hasClasses: false,
  },
  {
    config: 'unet2d-uniform-noise-mnist',
    shapes: { 'net.mid_block.attentions.0.to_out.0.weight': [64, 64] },
    imageSize: 28,
    hasClasses: false,
  },
];

/** Three steps and a validation of a config; the folder of its run. */
async function briefly(config: string, ...overrides: string[]): Promise<string> {
  const logdir = temporaryFolder();
  const { code, stderr } = await ldm([
    ...['run', `configs/classic/${config}.yaml`, 'data.params.batch_size=2', ...overrides],
    ...['--max_steps', '3', '--val_check_interval', '3', '--limit_val_batches', '1', '-l', logdir],
  ]);
  assert.is(code, 0, stderr);
  return join(logdir, readdirSync(logdir)[0] ?? '');
}

for (const { config, shapes, imageSize, hasClasses } of trained) {
  test(`${config}: three steps, a validation, samples`, async () => {
    const run = await briefly(config, '~lightning.callbacks');
    const { entries } = readSafetensorsHeader(join(run, 'checkpoints', 'last.ckpt'));
    for (const [name, shape] of Object.entries(shapes)) assert.equal(entries.get(name)?.shape, shape, name);

    const out = join(run, 'out');
    const chosen = hasClasses ? ['--class', '7'] : [];
    const sampled = await ldm(['sample', run, ...chosen, '-n', '2', '--steps', '3', '-o', out]);
    assert.is(sampled.code, 0, sampled.stderr);
    const samples = readSafetensors(join(out, 'samples.safetensors')).tensors.get('samples');
    assert.equal(samples?.shape, [2, 1, imageSize, imageSize]);
  });
}

test('mnist-classifier: three steps, a test, and images read with the weights of the run', async () => {
  const run = await briefly('mnist-classifier');
  const tested = await ldm(['test', run, 'lightning.trainer.limit_test_batches=1', '--json']);
  assert.is(tested.code, 0, tested.stderr);
  const { metrics } = JSON.parse(tested.stdout) as { metrics: Record<string, number> };
  assert.equal(Object.keys(metrics).sort(), ['test/acc', 'test/loss']);

  const [inputs, output] = [join(run, 'in.safetensors'), join(run, 'out.safetensors')];
  const image = { dtype: 'F32', shape: [1, 1, 28, 28], data: new Float32Array(28 * 28).fill(-1) } as const;
  writeSafetensors(inputs, new Map([['x', padded(image, 32)]]));
  const config = readdirSync(join(run, 'configs')).find((name) => name.endsWith('-project.yaml')) ?? '';
  const weights = ['--weights', join(run, 'checkpoints', 'last.ckpt')];
  const words = ['forward', join(run, 'configs', config), ...weights, '--inputs', inputs, '--output', output];
  const { code, stderr } = await ldm(words);
  assert.is(code, 0, stderr);
  assert.equal(readSafetensors(output).tensors.get('y')?.shape, [1, 10]);
});

const unet = 'model.params.unet_config.params';

const mistakes: [title: string, config: string, overrides: string[], messages: RegExp[]][] = [
  [
    'block types that are not here',
    'unet2d-mnist',
    [`${unet}.down_block_types=[DownBlock2D,AttnDownBlock2D,SkipDownBlock2D]`],
    [/down_block_types/, /one of DownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D/],
  ],
  [
    'levels and groups that do not go together',
    'unet2d-mnist',
    [`${unet}.block_out_channels=[24,64]`, `${unet}.attention_head_dim=65`, `${unet}.freq_shift=12`],
    [
      /down_block_types: has not one entry per level\n(?: .*\n)*? +found: +3 for 2 block_out_channels/,
      /up_block_types: has not one entry per level/,
      /block_out_channels\.0: is not divisible[^]*24 channels in 32 groups/,
      /attention_head_dim: is more than the channels of a level with attention/,
      /freq_shift: leaves no frequencies/,
    ],
  ],
  [
    'learned timesteps without their number',
    'unet2d-mnist',
    [`${unet}.time_embedding_type=learned`],
    [/num_train_timesteps: has to be set/, /add num_train_timesteps: 1000/],
  ],
  [
    'more timesteps than there are embeddings',
    'simple-ddpm-mnist',
    ['model.params.timesteps=1000'],
    [/timesteps: the network has no embeddings of so many timesteps/, /1000 timesteps, a network for 300/],
  ],
  [
    'a network of other images, and of classes, to undo a corruption',
    'unet2d-uniform-noise-mnist',
    [`${unet}.in_channels=2`, `${unet}.num_class_embeds=10`, 'model.params.image_size=32'],
    [
      /in_channels: the network takes another number of channels than it is given/,
      /image_size: the network is for images of another size than the model/,
      /unet_config: the network takes a condition, and this model has none/,
    ],
  ],
  [
    'a classifier with too many convolutions',
    'mnist-classifier',
    ['model.params.image_size=4', 'model.params.channels=[8, 8, 8]'],
    [/channels: halves the images more often than they can be/, /3 convolutions for 4 pixels/],
  ],
];

for (const [title, config, overrides, messages] of mistakes) {
  test(title, async () => {
    const logdir = temporaryFolder();
    const { code, stderr } = await ldm(['run', `configs/classic/${config}.yaml`, ...overrides, '-l', logdir]);
    assert.is(code, 2, stderr);
    for (const message of messages) assert.match(stderr, message);
    assert.equal(readdirSync(logdir), [], 'nothing half-written');
  });
}

test('a network by its published name, called with its published arguments', async () => {
  const at = (name: string) => join(temporaryFolder(), name);
  const [config, inputs, output] = [at('config.yaml'), at('in.safetensors'), at('out.safetensors')];
  const params = { in_channels: 1, out_channels: 1, block_out_channels: [8], norm_num_groups: 4 };
  const blocks = { down_block_types: ['DownBlock2D'], up_block_types: ['UpBlock2D'] };
  writeFileSync(config, stringifyConfig({ target: 'diffusers.models.UNet2DModel', params: { ...params, ...blocks } }));

  writeSafetensors(
    inputs,
    new Map([
      ['sample', { dtype: 'F32', shape: [2, 1, 4, 4], data: new Float32Array(32) }],
      ['timestep', { dtype: 'I64', shape: [1], data: new BigInt64Array(1) }],
    ]),
  );
  const { code, stderr } = await ldm(['forward', config, '--inputs', inputs, '--output', output]);
  assert.is(code, 0, stderr);
  assert.equal(readSafetensors(output).tensors.get('y')?.shape, [2, 1, 4, 4]);
});

test.run();
