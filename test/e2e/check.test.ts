import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeProblem, type Problem } from '../../src/errors.js';
import { command, ldmHere, repository, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm check');

test('a valid config', async () => {
  const { code, stdout, stderr } = await ldmHere(['check', tinyConfig, 'data.params.batch_size=8']);
  assert.equal({ code, stdout, stderr }, { code: 0, stdout: `${tinyConfig}: valid\n`, stderr: '' });
});

test('all mistakes, each in its lines', async () => {
  const config = join(temporaryFolder(), 'a.yaml');
  writeFileSync(config, 'modle:\n  target: DDPM\ndata: {target: MNIST}\n');
  const { code, stdout, stderr } = await ldmHere(['check', config]);
  assert.is(code, 2);
  assert.is(stdout, '');
  assert.is(
    stderr,
    `${config}:1:1: modle: unknown key "modle"
  > 1 | modle:
      | ^^^^^
    2 |   target: DDPM
  found:        modle: {target: "DDPM"}
  expected:     one of model, data, lightning
  did you mean: model
  to fix:       rename it

${config}:3:16: data.target: MNIST cannot be used here
    2 |   target: DDPM
  > 3 | data: {target: MNIST}
      |                ^^^^^
  found:        MNIST, a dataset
  expected:     a data-module
  to fix:       "ldm list --kind data-module" lists the names
`,
  );
});

const absent = ['check', tinyConfig, 'model.params.ckpt_path=nowhere.ckpt'];

test('files that are not there are warnings, for the config may be meant for elsewhere', async () => {
  const { code, stdout, stderr } = await ldmHere(absent);
  assert.is(code, 0);
  assert.match(
    stderr,
    /^override model\.params\.ckpt_path=nowhere\.ckpt: model\.params\.ckpt_path: warning: nowhere\.ckpt is not there\n/,
  );
  assert.is(stdout, `${tinyConfig}: valid; 1 file or folder is missing to run it here\n`);
});

test('options that do nothing are said to', async () => {
  const { code, stderr } = await ldmHere(['check', tinyConfig, 'lightning.trainer.benchmark=true']);
  assert.is(code, 0);
  assert.is(stderr, 'note: lightning.trainer.benchmark has no effect: the engine chooses its algorithms itself\n');
});

test('a config of a model alone can be inspected, and is told not to be for training', async () => {
  const { code, stdout, stderr } = await ldmHere(['check', tinyConfig, '~data', '~model.base_learning_rate']);
  assert.is(code, 0);
  assert.is(stdout, `${tinyConfig}: valid\n`);
  assert.match(
    stderr,
    /^data: warning: is missing: this model can be inspected, not trained\n {2}expected: +a data-module/,
  );
  assert.match(stderr, /\nmodel\.base_learning_rate: warning: is missing/);
});

test('to run the config they are mistakes', async () => {
  const { code, stderr } = await ldmHere(['run', ...absent.slice(1), '-l', temporaryFolder()]);
  assert.is(code, 2);
  assert.match(stderr, /: nowhere\.ckpt is not there\n/);
});

test('--json gives the problems as data', async () => {
  const { code, stdout, stderr } = await ldmHere(['check', tinyConfig, 'model.params.timesteps=many', '--json']);
  assert.is(code, 2);
  assert.is(stderr, '');
  const { valid, problems, warnings } = JSON.parse(stdout) as {
    valid: boolean;
    problems: Problem[];
    warnings: Problem[];
  };
  assert.equal({ valid, warnings }, { valid: false, warnings: [] });
  assert.is(
    problems.map(describeProblem).join('\n'),
    'override model.params.timesteps=many: model.params.timesteps: wrong type\n' +
      '  found:        "many" (text)\n  expected:     integer >= 1',
  );
  const valued = await ldmHere([...absent, '--json']);
  assert.is((JSON.parse(valued.stdout) as { warnings: Problem[] }).warnings.length, 1);
});

test('no config', async () => {
  const { code, stderr } = await ldmHere(['check', 'data.params.batch_size=8']);
  assert.is(code, 2);
  assert.match(stderr, /^ldm check: no config to check\n/);
});

test('starts no engine, nor loads what one is made of', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { main } from '${repository}/dist/src/cli/main.js';
    await main(['check', ${JSON.stringify(tinyConfig)}]);
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => /tfjs|sharp/.test(file)));`;
  const { stdout } = await command([process.execPath, '--input-type=module', '-e', script]);
  assert.match(stdout, /: valid\n\[\]\n$/);
});

test.run();
