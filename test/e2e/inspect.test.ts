import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ldmHere, repository, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm inspect');

interface Inspection {
  readonly parameters: number;
  readonly trainable: number;
  readonly components: readonly { path: string; target: string; parameters: number; macs: number | null }[];
  readonly state_dict: Readonly<Record<string, readonly number[]>>;
}

async function inspected(...args: string[]): Promise<Inspection> {
  const { code, stdout, stderr } = await ldmHere(['inspect', ...args, '--json']);
  assert.is(code, 0, stderr);
  assert.is(stderr, '');
  return JSON.parse(stdout) as Inspection;
}

const celebahq = 'configs/latent-diffusion/celebahq-ldm-vq-4.yaml';

test('a published network: its parameters, weights by name and multiply-adds', async () => {
  const golden = JSON.parse(
    gunzipSync(readFileSync(join(repository, 'test/fixtures/golden/state_dicts.json.gz'))).toString(),
  ) as Record<string, Record<string, { parameters: number; state_dict: unknown }>>;
  const file = join(repository, 'test/fixtures/compvis-configs', celebahq);
  const path = 'model.params.unet_config';
  const { parameters, trainable, components, state_dict } = await inspected(file, '--component', path);
  const target = 'ldm.modules.diffusionmodules.openaimodel.UNetModel';
  assert.is(parameters, 274_056_163);
  assert.is(trainable, parameters);
  assert.equal(components, [{ path, target, parameters, macs: 101_200_031_744 }]);
  assert.equal(state_dict, golden[celebahq]?.unet_config?.state_dict);
});

test('a model: its components and buffers; overrides', async () => {
  const unet = 'model.params.unet_config';
  const { parameters, components, state_dict } = await inspected(tinyConfig, `${unet}.params.num_res_blocks=2`);
  assert.equal(
    components.map(({ path, target }) => [path, target]),
    [
      ['model', 'DDPM'],
      [unet, 'UNetModel'],
    ],
  );
  const [model, network] = components;
  assert.is(model?.parameters, parameters);
  assert.is(network?.parameters, parameters, 'the average of the weights and the schedule are buffers');
  assert.is(model?.macs, network?.macs);
  assert.equal(state_dict.betas, [20]);
  assert.ok(parameters > (await inspected(tinyConfig)).parameters);
});

test('a config that is nothing but a component', async () => {
  const config = join(temporaryFolder(), 'net.yaml');
  writeFileSync(config, 'target: BasicUNet\n');
  const { parameters, components } = await inspected(config);
  // Filters of 5x5 on 28x28, 14x14 and 7x7 pixels, down and up.
  const down = 28 ** 2 * 32 + 14 ** 2 * 32 * 64 + 7 ** 2 * 64 * 64;
  const up = 7 ** 2 * 64 * 64 + 14 ** 2 * 64 * 32 + 28 ** 2 * 32;
  assert.equal(components, [{ path: '', target: 'BasicUNet', parameters, macs: 25 * (down + up) }]);
  assert.is(parameters, 309_057);
});

test('the table: the resolved config, components, their parts and what they were called with', async () => {
  const { code, stdout } = await ldmHere(['inspect', tinyConfig]);
  assert.is(code, 0);
  assert.match(stdout, /^base_learning_rate: 0.0001\ntarget: DDPM\n[^]* {6}use_scale_shift_norm: false\n/);
  assert.match(stdout, /\n +target +parameters +trainable +multiply-adds +weights +activations\nmodel +DDPM +/);
  assert.match(stdout, /\n {2}model_ema +0 +0 +- +\d+ KiB +-\n/);
  assert.match(stdout, /\n {2}model.params.unet_config +UNetModel +[\d,]+ +[\d,]+ +[\d,]+ +\d+ KiB +\d+ KiB\n/);
  assert.match(stdout, /\n {4}middle_block +/);
  assert.match(stdout, /: forward of x \[1, 1, 32, 32\], timesteps \[1\], y \[1\]\n/);
  const deeper = await ldmHere(['inspect', tinyConfig, '--depth', '2']);
  assert.match(deeper.stdout, /\n {4}middle_block\.1 +/);
  const shallow = await ldmHere(['inspect', tinyConfig, '--depth', '0']);
  assert.not.match(shallow.stdout, /middle_block|model_ema/);
});

test.run();
