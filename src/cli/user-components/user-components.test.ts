import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { instantiateFromConfig, type Component, type ConfigText } from '../../config/index.js';
import { ConfigError } from '../../errors.js';
import { Module } from '../../nn/index.js';
import { experimentOf } from '../experiment.js';
import { loadConfig } from '../load-config.js';
import { placeInUserCode } from './user-code.js';

const test = suite('components of the user’s own');

const example = fileURLToPath(new URL('../../../test/fixtures/user-components', import.meta.url));
const before = process.cwd();
let folder = '';

test.before.each(() => {
  folder = realpathSync(temporaryFolder());
  cpSync(example, folder, { recursive: true });
  process.chdir(folder);
});
test.after.each(() => {
  process.chdir(before);
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

const network = (target: string): string => `model.params.unet_config.target=${target}`;

/** Loads and validates the example with other targets in it. */
async function validate(
  overrides: readonly string[] = [],
  configs: readonly (string | ConfigText)[] = ['experiment.yaml'],
) {
  const config = await loadConfig(configs, overrides);
  return { ...config, experiment: experimentOf(config) };
}

/** What is said of a target given by an override, without its place. */
async function problemOf(target: string): Promise<string> {
  const message = await messageOf(() => validate([network(target), '~model.params.unet_config.params']));
  const prefix = `override ${network(target)}: model.params.unet_config.target: `;
  assert.ok(message.startsWith(prefix), message);
  return message.slice(prefix.length);
}

async function messageOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

/** Text with the indentation of its first line taken off. */
const lines = (...parts: readonly string[]): string => parts.join('\n');

test('targets become absolute, and a registry that has them comes back', async () => {
  const { experiment, registry } = await validate();
  const { target, params } = experiment.model.params.unet_config as { target: string; params: object };
  assert.is(target, join(folder, 'my/unet.ts#MyUNet'));
  assert.equal(params, { width: 8, channels: 1 });
  const { kind, summary, source } = registry.resolve(target) as Component;
  assert.equal(
    { kind, summary, source },
    { kind: 'network', summary: 'Two convolutions that know the time.', source: 'my/unet.ts' },
  );
  assert.ok(registry.resolve('UNetModel'));
  assert.ok(
    (await instantiateFromConfig({ target, params: {} }, registry)) instanceof Module,
    'the program’s own Module',
  );
});

test('what two files import is there once, and the own place of a file is its own', async () => {
  write({
    'my/shared.ts': 'export const shared = { place: import.meta.url, folder: import.meta.dirname };',
    'my/a.ts': callback('A', "import { shared } from './shared.js';", 'shared'),
    'my/b.ts': callback('B', "import { shared } from './shared';", 'shared'),
  });
  const { experiment, registry } = await validate([
    '+lightning.callbacks.a={target: ./my/a.ts#A}',
    '+lightning.callbacks.b=./my/b.ts#B',
  ]);
  const [a, b] = await Promise.all(
    [experiment.callbacks.a, experiment.callbacks.b].map((config) => instantiateFromConfig(config as never, registry)),
  );
  assert.is(a, b);
  assert.equal(a, { place: `file://${folder}/my/shared.ts`, folder: join(folder, 'my') });
});

/** A file that exports a callback which is the value of an expression. */
function callback(name: string, head: string, made: string): string {
  return `import { defineComponent } from 'ldm-runner';
${head}
export const ${name} = defineComponent({
  kind: 'callback',
  summary: 'One for a test.',
  params: { type: 'object', additionalProperties: false, properties: {} },
  create: () => ${made},
});
`;
}

test('packages are those of the file that imports them, but for those of this program', async () => {
  write({
    'node_modules/own/package.json': '{ "name": "own", "type": "module", "exports": { "import": "./x.js" } }',
    'node_modules/own/x.js': 'export default 7;',
    'node_modules/@tensorflow/tfjs-core/package.json': '{ "name": "@tensorflow/tfjs-core", "main": "x.js" }',
    'node_modules/@tensorflow/tfjs-core/x.js': 'throw new Error("another tfjs");',
    'my/a.ts': callback('A', "import own from 'own'; import * as tf from '@tensorflow/tfjs-core';", '[own, tf.tensor]'),
  });
  const { experiment, registry } = await validate(['+lightning.callbacks.a=./my/a.ts#A']);
  const tf = await import('@tensorflow/tfjs-core');
  assert.equal(await instantiateFromConfig(experiment.callbacks.a as never, registry), [7, tf.tensor]);
});

test('mistakes in the naming', async () => {
  assert.is(
    await problemOf('./my/unet.ts#MyUNt'),
    lines(
      'my/unet.ts exports no "MyUNt"',
      '  expected:     ./my/unet.ts#MyUNet',
      '  did you mean: ./my/unet.ts#MyUNet',
    ),
  );
  assert.is(
    await problemOf('./my/unet.ts'),
    lines('my/unet.ts is a file, not a component in it', '  expected:     ./my/unet.ts#MyUNet'),
  );
  assert.is(
    await problemOf('./my/unet.py#MyUNet'),
    lines(
      'not a file of TypeScript or JavaScript',
      '  found:        ./my/unet.py#MyUNet',
      '  expected:     a file that ends in .ts, .mts, .js or .mjs',
    ),
  );
  assert.is(
    await problemOf('my/unet.ts#MyUNet'),
    lines(
      'not a path to a component of your own',
      '  found:        my/unet.ts#MyUNet',
      '  expected:     a path that begins with ./, ../ or /, and the name of an export: ./my/unet.ts#MyUNet',
      '  to fix:       write ./my/unet.ts#MyUNet',
    ),
  );
  assert.is(
    await problemOf('./my/unnet.ts#MyUNet'),
    lines('no such file', '  found:        my/unnet.ts', '  did you mean: ./my/unet.ts#MyUNet'),
  );
  assert.is(
    await problemOf('./my/unet#MyUNet'),
    lines('no such file', '  found:        my/unet', '  did you mean: ./my/unet.ts#MyUNet'),
  );
  assert.is(
    await problemOf('./mine/unet.ts#MyUNet'),
    lines('no such file', '  found:        mine/unet.ts', '  expected:     a file in mine, which is no folder'),
  );
  assert.is(
    await problemOf('./my#MyUNet'),
    lines('this is a folder', '  found:        my', '  expected:     a file of TypeScript or JavaScript'),
  );
});

test('Python’s way to name a class', async () => {
  assert.is(
    await problemOf('my_project.networks.MyUNetwork'),
    lines(
      'unknown target',
      '  found:        my_project.networks.MyUNetwork',
      '  expected:     the name of a network',
      '  to fix:       "ldm list --kind network" lists the names; one of your own is written ./my_project/networks.ts#MyUNetwork',
    ),
  );
});

test('code from elsewhere', async () => {
  const never = (text: string) =>
    lines(
      'components are never fetched',
      `  found:        ${text}`,
      '  expected:     a path that begins with ./, ../ or /, and the name of an export: ./my/unet.ts#MyUNet',
      '  to fix:       save the file beside the config and name it by its path',
    );
  for (const url of [
    'https://example.org/unet.ts#MyUNet',
    'data:text/javascript,1#MyUNet',
    'file:///x.ts#X',
    'node:fs#X',
  ]) {
    assert.is(await problemOf(url), never(url));
  }
  const other = realpathSync(temporaryFolder());
  cpSync(join(folder, 'my'), join(other, 'my'), { recursive: true });
  assert.is(
    await problemOf(`${other}/my/unet.ts#MyUNet`),
    lines(
      'code outside your own folders is not run',
      `  found:        ${other}/my/unet.ts`,
      `  expected:     a file in ${folder}`,
      `  to fix:       if it is yours, run the command in a folder that holds it, such as ${other}/my`,
    ),
  );
  symlinkSync(join(other, 'my/unet.ts'), 'my/link.ts');
  assert.is(
    await problemOf('./my/link.ts#MyUNet'),
    lines(
      'code outside your own folders is not run',
      `  found:        my/link.ts, a link to ${other}/my/unet.ts`,
      `  expected:     a file in ${folder}`,
      `  to fix:       if it is yours, run the command in a folder that holds it, such as ${other}/my`,
    ),
  );
  write({ 'node_modules/own/unet.ts': '' });
  assert.is(
    await problemOf('./node_modules/own/unet.ts#MyUNet'),
    lines(
      'code in node_modules is not run for a config',
      '  found:        node_modules/own/unet.ts',
      '  to fix:       export the component from a file of your own that imports the package',
    ),
  );
});

test('a config may use the code beside it from anywhere; one of a checkpoint or a run only code of the working folder', async () => {
  const config = join(folder, 'experiment.yaml');
  process.chdir(temporaryFolder());
  await validate([], [config]);

  const target = `${folder}/my/unet.ts#MyUNet`;
  const refused = (where: string) =>
    lines(
      `${where}: model.params.unet_config.target: code outside your own folders is not run`,
      `  found:        ${folder}/my/unet.ts`,
      `  expected:     a file in ${process.cwd()}`,
      `  to fix:       if it is yours, run the command in a folder that holds it, such as ${folder}/my`,
    );
  const text = `model: {base_learning_rate: 1, target: DDPM, params: {unet_config: {target: "${target}"}}}
data: {target: DataModuleFromConfig, params: {batch_size: 1}}
`;
  const embedded = { name: 'last.ckpt (its config)', text };
  assert.is(await messageOf(() => validate([], [embedded])), refused('last.ckpt (its config):1:77'));

  write({
    [join(folder, 'run.json')]: '{}',
    [join(folder, 'configs/kept.yaml')]: text.replace(target, '../my/unet.ts#MyUNet'),
  });
  const kept = join(folder, 'configs/kept.yaml');
  assert.is(await messageOf(() => validate([], [kept])), refused(`${kept}:1:77`));

  process.chdir(folder);
  await validate([], [embedded]);
  await validate([], [kept]);
});

test('code that cannot be compiled, or that fails', async () => {
  write({
    'my/syntax.ts': "import { oops } from './unbalanced.js';\nexport const x: number = oops;\n",
    'my/unbalanced.ts': 'export const oops = (1;\n',
    'my/missing.ts':
      "import { a } from './nothing.js';\nimport { b } from 'no-package';\nimport { c } from 'https://x.org/c.js';\nexport const d = [a, b, c];\n",
    'my/unknown.ts': "import { Conv3d, Conv2d } from 'ldm-runner';\nexport const d = [Conv3d, Conv2d];\n",
    'my/tfjs.ts': "import * as tf from '@tensorflow/tfjs';\nexport const d = tf.add;\n",
    'my/throws.ts':
      'interface Unused {\n  a: number;\n}\nconst value: Unused | undefined = undefined;\n\nexport const x = value!.a;\n',
    'my/awaits.ts': "await Promise.resolve();\nthrow new RangeError('not today');\n",
  });
  assert.is(
    await problemOf('./my/syntax.ts#X'),
    lines('my/syntax.ts cannot be compiled', '  found:        my/unbalanced.ts:1:23: Expected ")" but found ";"'),
  );
  assert.is(
    await problemOf('./my/missing.ts#X'),
    lines(
      'my/missing.ts cannot be compiled',
      '  found:        my/missing.ts:1:19: Could not resolve "./nothing.js"',
      '                my/missing.ts:2:19: Could not resolve "no-package"',
      '                my/missing.ts:3:19: code is never fetched, and "https://x.org/c.js" is no path and no package',
    ),
  );
  assert.is(
    await problemOf('./my/unknown.ts#X'),
    lines(
      'my/unknown.ts cannot be compiled',
      '  found:        my/unknown.ts:1:10: ldm-runner exports no "Conv3d"; did you mean Conv2d, conv2d?',
    ),
  );
  assert.is(
    await problemOf('./my/tfjs.ts#X'),
    lines(
      'my/tfjs.ts cannot be compiled',
      '  found:        my/tfjs.ts:1:21: use the tensors of this program: import * as tf from "@tensorflow/tfjs-core"',
    ),
  );
  assert.is(
    await problemOf('./my/throws.ts#X'),
    lines(
      'my/throws.ts fails when it is loaded',
      "  found:        my/throws.ts:6:25: TypeError: Cannot read properties of undefined (reading 'a')",
    ),
  );
  assert.is(
    await problemOf('./my/awaits.ts#X'),
    lines('my/awaits.ts fails when it is loaded', '  found:        my/awaits.ts:2:7: RangeError: not today'),
  );
});

test('exports that are no component, or do not describe one', async () => {
  const good =
    "kind: 'network', summary: 'x', params: { type: 'object', additionalProperties: false, properties: {} }, create: () => 1";
  write({
    'my/no.js': `
export class Net {}
export const number = 3;
export const Misspelt = { ${good.replace('summary', 'sumary')} };
export const Kind = { ${good.replace('network', 'netwrok')} };
export const Types = { kind: 'pet', summary: 1, params: { type: 'array' }, create: 2 };
export const Schema = { ${good.replace('properties: {}', "properties: { a: { type: 'integer', minimun: 1 } }")} };
`,
  });
  const of = (name: string) => problemOf(`./my/no.js#${name}`);
  assert.is(
    await of('Net'),
    lines(
      'my/no.js#Net is not a component',
      '  found:        a class',
      '  expected:     what defineComponent of ldm-runner makes',
      '  to fix:       export const MyNet = defineComponent({ kind: …, summary: …, params: …, create: (params) => new Net(params) })',
    ),
  );
  assert.is(
    await of('number'),
    lines(
      'my/no.js#number is not a component',
      '  found:        number',
      '  expected:     what defineComponent of ldm-runner makes',
      '  to fix:       export const Mynumber = defineComponent({ kind: …, summary: …, params: …, create: (params) => … })',
    ),
  );
  assert.is(
    await of('Misspelt'),
    lines(
      'my/no.js#Misspelt does not describe a component',
      '  found:        unknown key "sumary"; did you mean summary?',
      '                "summary" is missing',
    ),
  );
  assert.is(
    await of('Kind'),
    lines(
      'my/no.js#Kind does not describe a component',
      '  found:        "kind" is "netwrok", which is no kind; did you mean network?',
    ),
  );
  assert.match(
    await of('Types'),
    lines(
      'my/no.js#Types does not describe a component',
      '  found:        "kind" is "pet", which is no kind: network, classifier, ',
    ),
  );
  assert.match(
    await of('Types'),
    lines(
      '',
      '                "summary" is not a text',
      '                "create" is not a function',
      '                "params" is no JSON Schema of a map: { type: "object", additionalProperties: false, properties: { … } }',
    ),
  );
  assert.is(
    await of('Schema'),
    lines(
      'my/no.js#Schema does not describe a component',
      '  found:        "params" is no JSON Schema: strict mode: unknown keyword: "minimun"',
    ),
  );
});

test('slots, parameters and everything else are checked as for any component, all mistakes together', async () => {
  assert.is(
    await messageOf(() =>
      validate([
        network('./my/data.ts#Stripes'),
        'data.params.train.params.size=0',
        'data.params.train.params.lenght=2',
      ]),
    ),
    lines(
      `override ${network('./my/data.ts#Stripes')}: model.params.unet_config.target: ${folder}/my/data.ts#Stripes cannot be used here`,
      `  found:        ${folder}/my/data.ts#Stripes, a dataset`,
      '  expected:     a network',
      '  to fix:       "ldm list --kind network" lists the names',
      '',
      'override data.params.train.params.size=0: data.params.train.params.size: out of range',
      '  found:        0 (integer)',
      '  expected:     integer >= 1',
      '',
      `override data.params.train.params.lenght=2: data.params.train.params.lenght: ${folder}/my/data.ts#Stripes has no parameter "lenght"`,
      '  found:        lenght: 2',
      '  expected:     one of length, size',
      '  did you mean: length',
      `  to fix:       rename it; "ldm show ${folder}/my/data.ts#Stripes" lists the parameters`,
    ),
  );
});

test('what is made must be what its kind says', async () => {
  write({
    'my/late.ts': callback('Late', '', 'Promise.resolve({})'),
    'my/flat.ts': callback('Flat', '', '({})').replace('callback', 'network'),
    'my/sgd.ts': callback('Sgd', '', '({})').replace('callback', 'optimizer'),
  });
  const { experiment, registry } = await validate([
    '+lightning.callbacks.late=./my/late.ts#Late',
    '+model.params.optimizer_config={target: ./my/sgd.ts#Sgd}',
    network('./my/flat.ts#Flat'),
    '~model.params.unet_config.params',
  ]);
  assert.is(
    await messageOfUser(() => instantiateFromConfig(experiment.callbacks.late as never, registry)),
    lines(
      'my/late.ts#Late: "create" made no callback',
      '  found:        an instance of Promise',
      '  expected:     an object or a function, made at once',
    ),
  );
  assert.is(
    await messageOfUser(() => instantiateFromConfig(experiment.model.params.optimizer_config as never, registry)),
    lines(
      'my/sgd.ts#Sgd: "create" made no optimizer',
      '  found:        an instance of Object',
      '  expected:     a function that makes an Optimizer of the named parameters, made at once',
    ),
  );
  assert.is(
    await messageOfUser(() => instantiateFromConfig(experiment.model, registry)),
    lines(
      'my/flat.ts#Flat: "create" made no network',
      '  found:        an instance of Object',
      '  expected:     a Module with `forward` and `numClasses`, 0 where it takes no labels, made at once',
    ),
  );
});

async function messageOfUser(action: () => Promise<unknown>): Promise<string> {
  return action().then(
    () => 'nothing was thrown',
    (error: unknown) => (error as Error).message,
  );
}

test('an error thrown later has its place in the user’s code', async () => {
  write({
    'my/boom.ts': callback(
      'Boom',
      'interface Unused {}\nfunction boom(): never {\n  throw new Error("boom");\n}',
      'boom()',
    ),
  });
  const { experiment, registry } = await validate(['+lightning.callbacks.boom=./my/boom.ts#Boom']);
  try {
    await instantiateFromConfig(experiment.callbacks.boom as never, registry);
    assert.unreachable();
  } catch (error) {
    assert.is(placeInUserCode(error), 'my/boom.ts:4:9');
  }
});

test('other text is left alone', async () => {
  const { experiment } = await validate(['model.params.monitor=./notes.ts']);
  assert.is(experiment.model.params.monitor, './notes.ts');
});

test.run();
