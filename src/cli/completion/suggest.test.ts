import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tinyConfig } from '../../../test/support/command.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { commandLine } from '../main.js';
import { suggest } from './suggest.js';

const test = suite('what a word may be completed to');
const cli = commandLine();
const unet = 'model.params.unet_config.params';

function values(...words: string[]): string[] {
  return suggest(cli, words).map(({ value }) => value);
}

const cases: [title: string, words: string[], expected: string[]][] = [
  ['verbs', ['ldm', 'in'], ['inspect']],
  ['the programs behind npx', ['npx', '-y', ''], ['ldm', 'run']],
  ['other programs behind npx are left to the shell', ['npx', 'tsc', ''], []],
  ['a verb behind npx, by its path', ['npx', '/some/where/bin/ldm.mjs', 'sh'], ['show']],
  ['options of a verb', ['ldm', 'sample', '--st'], ['--steps', '--strength']],
  ['options of the trainer', ['run', 'x.yaml', '--max_s'], ['--max_steps']],
  ['choices of an option', ['ldm', 'sample', 'x', '--sampler', 'd'], ['ddim', 'ddpm', 'dpm-solver++']],
  ['with the option in the same word', ['ldm', 'list', '--kind=net'], ['--kind=network']],
  ['choices of a trainer option', ['run', '--precision', 'bf16-'], ['bf16-mixed']],
  ['truth values', ['run', '--scale_lr', 'f'], ['false']],
  ['kinds', ['ldm', 'list', '--kind', 'data'], ['data-module', 'dataset']],
  ['components by name', ['ldm', 'show', 'UN'], ['UNetModel', 'UNet2DModel']],
  [
    'components by published name',
    ['ldm', 'show', 'ldm.models.autoencoder.VQ'],
    ['ldm.models.autoencoder.VQModel', 'ldm.models.autoencoder.VQModelInterface'],
  ],
  ['shells', ['ldm', 'completion', ''], ['bash', 'zsh', 'fish']],
  ['shipped configs', ['ldm', 'copy', 'ddpm/mn'], ['ddpm/mnist-guided', 'ddpm/mnist']],
  ['sections of the config on the line', ['run', tinyConfig, ''], ['model.', 'data.', 'lightning.']],
  ['the config of an option', ['run', '--base', tinyConfig, '-t', 'data.t'], ['data.target=']],
  [
    'parameters in the config, then others of the component',
    ['run', tinyConfig, `${unet}.num_c`],
    [`${unet}.num_classes=`],
  ],
  ['parameters of the trainer', ['run', tinyConfig, 'lightning.trainer.max_s'], ['lightning.trainer.max_steps=']],
  ['callbacks', ['run', tinyConfig, 'lightning.callbacks.image'], ['lightning.callbacks.image_logger.']],
  [
    'targets that fit a slot',
    ['run', tinyConfig, 'model.params.unet_config.target=B'],
    ['model.params.unet_config.target=BasicUNet'],
  ],
  ['a list as it is', ['run', tinyConfig, `${unet}.channel_mult=`], [`${unet}.channel_mult=[1,2]`]],
  ['choices, the default once', ['run', tinyConfig, `${unet}.dims=`], [`${unet}.dims=1`, `${unet}.dims=2`]],
  ['true and false', ['run', tinyConfig, `${unet}.legacy=`], [`${unet}.legacy=true`, `${unet}.legacy=false`]],
  [
    'what is there can be removed',
    ['run', tinyConfig, "'~model.params.unet"],
    ['~model.params.unet_config', '~model.params.unet_config.'],
  ],
  [
    'what is not there can be added',
    ['run', tinyConfig, `+${unet}.num_`],
    [`+${unet}.num_head_channels=`, `+${unet}.num_heads_upsample=`],
  ],
  ['components in the config', ['ldm', 'inspect', tinyConfig, '--component', 'data.params.t'], ['data.params.train']],
  ['no path that is not there', ['run', tinyConfig, 'model.nothing.'], []],
  ['a file where no name begins so', ['ldm', 'sample', '--sampler', 'package.j'], ['package.json']],
  ['nothing of a config that cannot be read', ['run', 'nowhere.yaml', 'model.'], []],
  ['nothing of a verb that is not there', ['ldm', 'smaple', ''], []],
];

for (const [title, words, expected] of cases) {
  test(title, () => {
    assert.equal(values(...words), expected);
  });
}

test('files that end as configs do, and folders; spaces and quotes', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'more'));
  for (const name of ['a b.yaml', 'a.yml', 'a.txt', '.hidden.yaml']) writeFileSync(join(folder, name), '');
  assert.equal(values('run', `${folder}/`), [`${folder}/a b.yaml`, `${folder}/a.yml`, `${folder}/more/`]);
  assert.equal(values('run', `"${folder}/a `), [`${folder}/a b.yaml`]);
  assert.equal(values('run', `${folder}/a\\ `), [`${folder}/a b.yaml`]);
  assert.equal(values('run', `${folder}/.h`), [`${folder}/.hidden.yaml`]);
  assert.equal(values('ldm', 'convert', `${folder}/a.t`), [`${folder}/a.txt`]);
});

test('descriptions', () => {
  assert.equal(suggest(cli, ['run', tinyConfig, `${unet}.drop`]), [
    { value: `${unet}.dropout=`, description: 'Probability of dropping.' },
  ]);
});

test.run();
