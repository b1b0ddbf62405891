import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/command.js';
import { LanguageServer, type CompletionItem, type Diagnostic, type Position } from '../support/language-server.js';

const test = suite('experiments in an editor, by the YAML language server');

const FIRST_LINE = '# yaml-language-server: $schema=../schema.json\n';
const mnist = readFileSync(join(repository, 'configs/ddpm/mnist.yaml'), 'utf8');

let server: LanguageServer;
let opened = 0;

test.before(async () => {
  server = await LanguageServer.start();
});

test.after(() => {
  server.stop();
});

interface Open {
  readonly path: string;
  /** Where the text had a `|`. */
  readonly cursor: Position;
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens a config that is not saved yet beside the shipped ones. */
async function open(config: string): Promise<Open> {
  const [before = '', after = ''] = (config.startsWith(FIRST_LINE) ? config : FIRST_LINE + config).split('|');
  const path = join(repository, 'configs/ddpm', `unsaved-${++opened}.yaml`);
  const lines = before.split('\n');
  const cursor = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  return { path, cursor, diagnostics: await server.open(path, before + after) };
}

async function complete(config: string): Promise<ReadonlyMap<string, CompletionItem>> {
  const { path, cursor } = await open(config);
  const items = await server.complete(path, cursor);
  return new Map(items.map((item) => [item.label, item]));
}

async function hover(config: string): Promise<string> {
  const { path, cursor } = await open(config);
  return server.hover(path, cursor);
}

/** What is wrong, as `text: message`, where text is what is underlined. */
async function problems(config: string): Promise<string[]> {
  const { diagnostics } = await open(config);
  const lines = (FIRST_LINE + config).split('\n');
  return diagnostics.map(({ message, range: { start, end } }) => {
    return `${lines[start.line]?.slice(start.character, end.character) ?? ''}: ${message}`;
  });
}

const ddpm = 'model:\n  target: DDPM\n  params:\n';
const unet = `${ddpm}    unet_config:\n      target: UNetModel\n`;

test('offers the names that a slot takes, with what they are', async () => {
  const offered = await complete(`${ddpm}    unet_config:\n      target: |\n`);
  assert.match(offered.get('UNetModel')?.documentation ?? '', /^UNet with attention and timestep embedding/);
  assert.match(
    offered.get('ldm.modules.diffusionmodules.openaimodel.UNetModel')?.documentation ?? '',
    /^The same as UNetModel/,
  );
  for (const other of ['MNIST', 'DDPM', 'ImageLogger']) assert.not(offered.has(other), other);
});

test('offers whole blocks where there is no target yet', async () => {
  const offered = await complete(`${ddpm}    unet_config:\n      |\n`);
  assert.match(offered.get('UNetModel')?.insertText ?? '', /^target: UNetModel\nparams:\n {2}image_size: \$\{1\}\n/);
  const beside = await complete(`${unet}      |\n`);
  assert.equal([...beside.keys()], ['params']);
  const datasets = await complete('data:\n  target: DataModuleFromConfig\n  params:\n    train:\n      |\n');
  assert.match(datasets.get('MNIST')?.insertText ?? '', /^target: MNIST\nparams:\n {2}split: \$\{1\|train,test\|\}/);
  const callbacks = await complete('lightning:\n  callbacks:\n    |\n');
  assert.match(callbacks.get('image_logger')?.insertText ?? '', /target: ImageLogger[^]*batch_frequency: \$\{1:750\}/);
});

test('offers the parameters of the target, with what they are and take', async () => {
  const offered = await complete(`${unet}      params:\n        image_size: 32\n        |\n`);
  const { documentation, insertText } = offered.get('model_channels') ?? {};
  assert.is(documentation, 'Channels of the first level.\n\nTakes integer >= 1. Required.');
  assert.match(insertText ?? '', /^model_channels: /);
  assert.is(offered.get('norm_num_groups')?.insertText, 'norm_num_groups: ${1:32}');
  assert.not(offered.has('image_size'));
  assert.not(offered.has('timesteps'));
});

test('offers the values of a choice', async () => {
  const offered = await complete(`${ddpm}    beta_schedule: |\n`);
  assert.ok(offered.has('linear') && offered.has('cosine'));
  assert.equal([...(await complete(`${ddpm}    clip_denoised: |\n`)).keys()].sort(), ['false', 'true']);
});

test('explains a parameter, with its default', async () => {
  const shown = await hover(mnist.replace('timesteps:', 'time|steps:'));
  assert.match(
    shown,
    /^#### DDPM\n\nSteps of the diffusion; with given\\_betas their number counts\.\n\nTakes integer >= 1\. Default: 1000\./,
  );
});

test('explains a target, by whichever name', async () => {
  for (const name of ['UNet|Model', 'ldm.modules.|diffusionmodules.openaimodel.UNetModel']) {
    const shown = await hover(mnist.replace('UNetModel', name));
    assert.match(shown, /^#### UNetModel\n\n.*UNet with attention and timestep embedding/);
  }
});

test('explains a section and a slot', async () => {
  assert.match(await hover(mnist.replace('trainer:', 'train|er:')), /How long, in what precision/);
  assert.match(await hover(mnist.replace('unet_config:', 'unet_|config:')), /The network that predicts the noise\./);
});

for (const config of ['ddpm/mnist', 'classic/unet2d-mnist', 'classic/simple-ddpm-mnist', 'classic/basic-unet-mnist']) {
  test(`finds nothing wrong with ${config}.yaml`, async () => {
    const path = join(repository, 'configs', `${config}.yaml`);
    assert.equal(await server.open(path, readFileSync(path, 'utf8')), []);
  });
}

test('underlines what is mistyped', async () => {
  assert.equal(await problems('modle:\n  target: DDPM\n'), ['modle: Property modle is not allowed.']);
  assert.equal(await problems('lightning:\n  trainer:\n    max_step: 3\n'), [
    'max_step: Property max_step is not allowed.',
  ]);
  assert.equal(await problems(`${ddpm}    unet_config:\n      target: UnetModel\n`), [
    'UnetModel: Expected the name of a network; "ldm list" lists the names.',
  ]);
  assert.equal(await problems(`${ddpm}    unet_config:\n      target: MNIST\n`), [
    'MNIST: Expected the name of a network; "ldm list" lists the names.',
  ]);
  assert.equal(await problems(`${unet}      params:\n        model_chanels: 32\n`), [
    'model_chanels: Property model_chanels is not allowed.',
  ]);
  assert.equal(await problems(`${ddpm}    timesteps: many\n`), ['many: Expected integer >= 1.']);
  assert.equal(await problems(`${ddpm}    timesteps: 0\n`), ['0: Value is below the minimum of 1.']);
  assert.equal(await problems(`${ddpm}    beta_schedule: linaer\n`), [
    'linaer: Value is not accepted. Valid values: "linear", "cosine", "sqrt_linear", "sqrt", "quadratic", "sigmoid".',
  ]);
});

test('leaves alone what is known only when configs are merged', async () => {
  const config = `_base_: [mnist.yaml, ../classic/unet2d-mnist.yaml]
model:
  base_learning_rate: 1.e-6
  params:
    timesteps: \${oc.env:STEPS,1000}
    beta_schedule: \${schedule}
    unet_config:
      target: ./my/unet.ts#MyUNet
      params: { depth: 3 }
data:
  params: { batch_size: ???, train: '\${data.params.validation}' }
lightning:
  trainer: { max_steps: 1_000, precision: '\${a}' }
  callbacks:
`;
  assert.equal(await problems(config), []);
});

test('knows anchors and merge keys', async () => {
  const config = `data:
  target: DataModuleFromConfig
  params:
    batch_size: 4
    train: &set { target: MNIST, params: &of { split: train } }
    validation: { <<: *set, params: { <<: *of, split: test } }
    test: { target: MNIST, params: { <<: *of, splt: test } }
`;
  assert.equal(await problems(config), ['splt: Property splt is not allowed.']);
});

test.run();
