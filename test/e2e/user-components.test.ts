import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { ldm, repository, type CommandResult } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('components of the user’s own, on the command line');

let folder = '';

/** `ldm` in the folder of the example; any exit code but 0 fails the test. */
async function works(...args: readonly string[]): Promise<CommandResult> {
  const result = await ldm(args, { cwd: folder });
  assert.is(result.code, 0, result.stderr);
  return result;
}

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

function copyExample(): string {
  const copy = temporaryFolder();
  cpSync(join(repository, 'test/fixtures/user-components'), copy, { recursive: true });
  return copy;
}

test.before(() => {
  folder = copyExample();
});

test('a network in TypeScript, a data set and a callback are trained with, and the run goes on', async () => {
  await works('run', 'experiment.yaml', '-l', 'runs', '-n', 'first');
  assert.is(read('steps.txt'), '3 steps\n');
  const run = join('runs', readdirSync(join(folder, 'runs'))[0] ?? '');
  const weights = readSafetensors(join(folder, run, 'checkpoints/last.ckpt')).tensors;
  assert.equal(weights.get('model.diffusion_model.in.time.weight')?.shape, [8, 8]);

  await works('run', '--resume', run, '--max_steps', '5');
  assert.is(read('steps.txt'), '5 steps\n', 'the callback has gone on from its state');
  cpSync(join(folder, run, 'checkpoints/last.ckpt'), join(folder, 'alone.ckpt'));
  await works('run', '--resume', 'alone.ckpt', '--max_steps', '6', '-l', 'others');
  await works('sample', run, '--steps', '2', '-n', '1', '-o', 'drawn');
  assert.ok(existsSync(join(folder, 'drawn/grid.png')));

  const elsewhere = await ldm(['run', '--resume', join(folder, run)], { cwd: temporaryFolder() });
  assert.is(elsewhere.code, 2);
  assert.match(elsewhere.stderr, 'code outside your own folders is not run');
});

test('nothing but what the run writes is left in the folder', () => {
  assert.equal(readdirSync(folder).sort(), [
    'alone.ckpt',
    'drawn',
    'experiment.yaml',
    'my',
    'others',
    'runs',
    'steps.txt',
  ]);
  assert.equal(readdirSync(join(folder, 'my')).sort(), ['data.ts', 'layers.ts', 'report.js', 'unet.ts']);
});

test('check, inspect and show know it', async () => {
  assert.is((await works('check', 'experiment.yaml')).stdout, 'experiment.yaml: valid\n');
  const inspected = JSON.parse((await works('inspect', 'experiment.yaml', '--json')).stdout) as { parameters: number };
  assert.is(inspected.parameters, 225);
  assert.match((await works('show', './my/unet.ts#MyUNet')).stdout, /network: Two convolutions that know the time\./);
});

test('ldm forward calls it', async () => {
  const float = (shape: number[]) => ({
    dtype: 'F32' as const,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  writeSafetensors(
    join(folder, 'in.safetensors'),
    new Map([
      ['x', float([2, 1, 8, 8])],
      ['timesteps', float([2])],
    ]),
  );
  await works(
    ...['forward', 'experiment.yaml', '--component', 'model.params.unet_config'],
    ...['--inputs', 'in.safetensors', '--output', 'out.safetensors', '--loss', 'sum'],
  );
  const outputs = readSafetensors(join(folder, 'out.safetensors')).tensors;
  assert.equal(outputs.get('y')?.shape, [2, 1, 8, 8]);
  assert.ok(outputs.has('grad.in.conv.weight'));
});

test('TypeScript checks it against the types of the installed package', () => {
  const project = copyExample();
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(repository, join(project, 'node_modules/ldm-runner'));
  symlinkSync(join(repository, 'node_modules/@tensorflow'), join(project, 'node_modules/@tensorflow'));
  const [unet, wrong] = [join(project, 'my/unet.ts'), join(project, 'my/wrong.ts')];
  writeFileSync(wrong, readFileSync(unet, 'utf8').replace('timestepEmbedding(timesteps,', 'timestepEmbedding(x,'));
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, ...options, unet, wrong, join(project, 'my/data.ts')],
    {
      cwd: project,
      encoding: 'utf8',
    },
  );
  assert.is(status, 2);
  assert.match(stdout, /^my\/wrong\.ts\(31,\d+\): error TS2345: [^\n]+\n(?: [^\n]+\n)*$/);
});

test('an error in the user’s code is shown with its place there', async () => {
  folder = copyExample();
  const layers = join(folder, 'my/layers.ts');
  writeFileSync(
    layers,
    read('my/layers.ts').replace('return silu(', "if (x.rank === 4) throw new Error('not yet');\n      return silu("),
  );
  const failed = await ldm(['run', 'experiment.yaml'], { cwd: folder });
  assert.is(failed.code, 1);
  assert.match(failed.stderr, 'failed: not yet\n  in your code: my/layers.ts:18:31\n  to see where: add --debug\n');

  writeFileSync(layers, read('my/layers.ts').replaceAll('Conv2d', 'Conv5d'));
  const refused = await ldm(['check', 'experiment.yaml'], { cwd: folder });
  assert.is(refused.code, 2);
  assert.is(
    refused.stderr,
    [
      'experiment.yaml:9:15: model.params.unet_config.target: my/unet.ts cannot be compiled',
      '     8 |     unet_config:',
      '  >  9 |       target: ./my/unet.ts#MyUNet',
      '       |               ^^^^^^^^^^^^^^^^^^^',
      '    10 |       params:',
      '  found:        my/layers.ts:2:10: ldm-runner exports no "Conv5d"; did you mean Conv2d, conv2d?',
      '',
    ].join('\n'),
  );
});

test.run();
