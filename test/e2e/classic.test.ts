import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stringifyConfig } from '../../src/config/index.js';
import { readSafetensors, readSafetensorsHeader, writeSafetensors } from '../../src/io/safetensors.js';
import { ldm } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('the classic networks as a user trains them');

const trained: [config: string, shapes: Record<string, number[]>, imageSize: number][] = [
  [
    'unet2d-mnist',
    {
      'model.diffusion_model.class_embedding.weight': [10, 128],
      'model.diffusion_model.mid_block.attentions.0.to_out.0.weight': [64, 64],
    },
    28,
  ],
  [
    'simple-ddpm-mnist',
    {
      'model.diffusion_model.conditional_embeddings.1.weight': [10, 32],
      'model.diffusion_model.decoders.0.1.conv1.weight': [64, 256, 1, 1],
    },
    32,
  ],
];

for (const [config, shapes, imageSize] of trained) {
  test(`${config}: three steps, a validation, samples by class`, async () => {
    const logdir = temporaryFolder();
    const { code, stderr } = await ldm([
      ...['run', `configs/classic/${config}.yaml`, '~lightning.callbacks.image_logger', 'data.params.batch_size=2'],
      ...['--max_steps', '3', '--val_check_interval', '3', '--limit_val_batches', '1', '-l', logdir],
    ]);
    assert.is(code, 0, stderr);
    const run = join(logdir, readdirSync(logdir)[0] ?? '');
    const { entries } = readSafetensorsHeader(join(run, 'checkpoints', 'last.ckpt'));
    for (const [name, shape] of Object.entries(shapes)) assert.equal(entries.get(name)?.shape, shape, name);

    const out = join(logdir, 'out');
    const sampled = await ldm(['sample', run, '--class', '7', '-n', '2', '--steps', '3', '-o', out]);
    assert.is(sampled.code, 0, sampled.stderr);
    const samples = readSafetensors(join(out, 'samples.safetensors')).tensors.get('samples');
    assert.equal(samples?.shape, [2, 1, imageSize, imageSize]);
  });
}

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
