import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inMemory } from '../../src/io/tensor-source.js';
import { writeCheckpoint } from '../../src/train/checkpoint-file.js';
import { ldmHere, repository, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('showing, comparing and copying configs');

const mnist = 'configs/ddpm/mnist.yaml';

async function output(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ldmHere(args);
  assert.is(code, 0, stderr);
  assert.is(stderr, '');
  return stdout;
}

test('inspect --resolved: the merged config with origins, which reads back as the same', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'mine.yaml');
  writeFileSync(
    config,
    readFileSync(tinyConfig, 'utf8').replace('split: train', 'split: train\n        root: /nowhere'),
  );
  const args = ['data.params.batch_size=2', '--resolved'];
  const yaml = await output('inspect', config, ...args);
  assert.match(yaml, /^model:\n {2}base_learning_rate: 1.0e-4 +# \S+mine\.yaml:3:23\n/);
  assert.match(yaml, /\n {4}batch_size: 2 +# override data\.params\.batch_size=2\n/);
  assert.match(yaml, /\n {8}channel_mult: \[1, 2\] +# \S+mine\.yaml:18:23\n/);
  assert.match(yaml, /\n {8}norm_num_groups: 4 [^]*\n {8}legacy: true +# default of UNetModel\n/);
  assert.match(yaml, /\n {8}root: \/nowhere +#/, 'data that are not there do not matter');
  const again = join(folder, 'again.yaml');
  writeFileSync(again, yaml);
  assert.is((await ldmHere(['diff', config, again])).stdout, 'data.params.batch_size: 4 -> 2\n');
  const withoutComments = (text: string) => text.replaceAll(/ +# .*/g, '');
  assert.is(withoutComments(await output('inspect', again, '--resolved')), withoutComments(yaml));
  const component = await output('inspect', again, '--component', 'model.params.unet_config', '--resolved');
  assert.match(component, /^target: UNetModel +# /);
  assert.match(component, /\nparams:\n {2}image_size: 32 +# /);
});

test('inspect --resolved --json, and --raw of a config with mistakes', async () => {
  const values = JSON.parse(await output('inspect', tinyConfig, '--resolved', '--json')) as { path: string }[];
  const origin = 'test/fixtures/configs/tiny.yaml:3:23';
  assert.equal(values[0], { path: 'model.base_learning_rate', value: 1e-4, origin });
  const path = 'lightning.modelcheckpoint.target';
  assert.equal(
    values.find((one) => one.path === path),
    {
      path,
      value: 'ModelCheckpoint',
      origin: 'default of lightning.modelcheckpoint',
    },
  );
  const published = 'test/fixtures/compvis-configs/configs/latent-diffusion/celebahq-ldm-vq-4.yaml';
  const raw = await output('inspect', published, 'model.parms=1', '--resolved', '--raw');
  assert.match(raw, /\n {2}parms: 1 +# override model\.parms=1\n/);
});

test('inspect: what training takes and the learning rate', async () => {
  const text = await output('inspect', tinyConfig, '--depth', '0');
  assert.match(
    text,
    /\ntraining {7}[\d.]+ MiB of memory = 165 KiB \(weights\) \+ .* \+ 4 \(batch_size\) \* [\d.]+ [KM]iB \(activations\)\n/,
  );
  assert.match(
    text,
    /\nlearning rate {2}4\.00e-4 = 1 \(accumulate_grad_batches\) \* 1 \(devices\) \* 4 \(batch_size\) \* 1\.00e-4/,
  );
  const unscaled = await output('inspect', tinyConfig, '--scale_lr', 'false', '--json');
  const { learning_rate: rate } = JSON.parse(unscaled) as { learning_rate: unknown };
  assert.equal(rate, { learning_rate: 1e-4, formula: '1.00e-4 (base_learning_rate, not scaled)' });
});

test('diff: a run, its checkpoint and the config it was started with', async () => {
  const run = join(temporaryFolder(), 'a-run');
  const changed = join(temporaryFolder(), 'changed.yaml');
  const resolved = await output('inspect', tinyConfig, 'data.params.batch_size=2', '--resolved');
  mkdirSync(join(run, 'configs'), { recursive: true });
  const [project = '', lightning = ''] = resolved.split(/^(?=lightning:)/m);
  writeFileSync(join(run, 'configs', '2026-11-21T08-30-00-project.yaml'), project);
  writeFileSync(join(run, 'configs', '2026-11-21T08-30-00-lightning.yaml'), lightning);
  const line = 'data.params.batch_size: 4 -> 2\n';
  assert.equal(await ldmHere(['diff', tinyConfig, run]), { code: 1, signal: null, stdout: line, stderr: '' });

  const checkpoint = join(run, 'last.ckpt');
  const progress = { epoch: 0, globalStep: 0, batchInEpoch: 0, seed: 0, streams: {}, metrics: {}, callbacks: {} };
  const weights = inMemory(new Map());
  writeCheckpoint(checkpoint, { progress, weights, optimizers: [], config: resolved });
  assert.is((await ldmHere(['diff', tinyConfig, checkpoint])).stdout, line);
  assert.equal(await ldmHere(['diff', run, checkpoint]), { code: 0, signal: null, stdout: '', stderr: '' });

  // A default that is written, another name of the same component, other data.
  const text = readFileSync(tinyConfig, 'utf8').replace('target: DDPM', 'target: ldm.models.diffusion.ddpm.DDPM');
  writeFileSync(
    changed,
    text.replace('timesteps: 20', 'timesteps: 20\n    loss_type: l2').replace('limit: 4', 'limit: 5'),
  );
  const { stdout } = await ldmHere(['diff', tinyConfig, changed, '-v']);
  const origin = '    test/fixtures/configs/tiny.yaml:38:16';
  assert.is(stdout, `data.params.validation.params.limit: 4 -> 5\n${origin}\n    ${changed}:39:16\n`);
  const json = JSON.parse((await ldmHere(['diff', tinyConfig, changed, '--raw', '--json'])).stdout) as {
    path: string;
  }[];
  assert.equal(
    json.map(({ path }) => path),
    ['model.params.loss_type', 'data.params.validation.params.limit'],
  );
});

test('diff: where one is not valid, both are compared as they are written', async () => {
  const folder = temporaryFolder();
  const wrong = join(folder, 'wrong.yaml');
  writeFileSync(wrong, readFileSync(tinyConfig, 'utf8').replace('timesteps: 20', 'timestep: 20'));
  const { code, stdout, stderr } = await ldmHere(['diff', tinyConfig, wrong]);
  assert.is(code, 1);
  assert.is(stdout, '+ model.params.timestep: 20\n- model.params.timesteps: 20\n');
  assert.is(
    stderr,
    `${wrong}: not valid, as "ldm check" says; both are compared as they are written, without defaults\n`,
  );
});

test('copy: a config of one’s own from a shipped one, from any folder', async () => {
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await ldmHere(['copy', 'ddpm/mnist', 'work/mine.yaml'], { cwd });
  assert.is(code, 0, stderr);
  assert.is(stdout, 'copied  configs/ddpm/mnist.yaml to work/mine.yaml\nnext    npx run work/mine.yaml\n');
  const text = readFileSync(join(cwd, 'work/mine.yaml'), 'utf8');
  assert.match(text, /\n# {3}npx run work\/mine\.yaml\n/);
  assert.match(text, / # times the batch size of 16/, 'comments stay');
  const schema = /\$schema=(\S+)/.exec(text)?.[1];
  assert.ok(schema === undefined || existsSync(join(cwd, 'work', schema)), schema);
  assert.equal(await ldmHere(['diff', join(repository, mnist), 'work/mine.yaml'], { cwd }), {
    ...{ code: 0, signal: null, stdout: '', stderr: '' },
  });
  const again = await ldmHere(['copy', 'configs/ddpm/mnist.yaml', 'work/mine.yaml', '--force'], { cwd });
  assert.is(again.code, 0, again.stderr);
  assert.is((await ldmHere(['copy', 'ddpm/mnist', 'more'], { cwd })).code, 0);
  assert.ok(existsSync(join(cwd, 'more/mnist.yaml')), 'a folder that is not there yet');
  const listed = await ldmHere(['copy', '--list'], { cwd });
  assert.match(
    listed.stdout,
    /^autoencoder\/[^]*\nddpm\/mnist +A class-conditional DDPM on the 70,000 handwritten digits/,
  );
  assert.is((await ldmHere(['copy'], { cwd })).stdout, listed.stdout);
});

const notShipped = 'ldm copy: there is no such shipped config\n';
const mistakes: [title: string, args: (folder: string) => string[], message: (folder: string) => string][] = [
  [
    'copy of a mistyped name',
    (folder) => ['copy', 'ddpm/mnits', folder],
    () =>
      `${notShipped}  found:        ddpm/mnits\n  did you mean: ddpm/mnist, latent-diffusion/mnist\n  to fix:       "ldm copy --list" lists the names`,
  ],
  [
    'copy of a part of a name',
    (folder) => ['copy', 'unet2d', folder],
    () =>
      `${notShipped}  found:        unet2d\n  did you mean: classic/unet2d-mnist, classic/unet2d-uniform-noise-mnist\n  to fix:       "ldm copy --list" lists the names`,
  ],
  [
    'copy of a name that two have',
    (folder) => ['copy', 'mnist', folder],
    () =>
      'ldm copy: several shipped configs have this name\n' +
      '  found:        mnist\n  did you mean: ddpm/mnist, latent-diffusion/mnist\n' +
      '  to fix:       "ldm copy --list" lists the names',
  ],
  [
    'copy to nowhere',
    () => ['copy', 'ddpm/mnist'],
    () =>
      'ldm copy: where to?\n' +
      '  expected:     ldm copy CONFIG DEST, a file that ends in .yaml or a folder\n' +
      '  to fix:       ldm copy ddpm/mnist mnist.yaml',
  ],
  [
    'copy over a file',
    (folder) => ['copy', 'ddpm/mnist', join(folder, 'there.yaml')],
    (folder) =>
      `${folder}/there.yaml: there is a file of this name already\n` +
      '  to fix:       choose another name, or overwrite it: --force',
  ],
  [
    'copy over itself',
    () => ['copy', 'ddpm/mnist', 'configs/ddpm', '--force'],
    () => `${mnist}: this is the shipped config itself\n  to fix:       choose another place`,
  ],
  [
    'copy into a file',
    (folder) => ['copy', 'ddpm/mnist', join(folder, 'there.yaml', 'deeper')],
    (folder) =>
      `${folder}/there.yaml/deeper: cannot write: a part of the path is a file, not a folder\n` +
      '  to fix:       check the path',
  ],
  [
    'diff with nothing',
    (folder) => ['diff', tinyConfig, join(folder, 'no.yaml')],
    (folder) => `${folder}/no.yaml: no such file`,
  ],
  [
    'diff with a folder that is no run',
    (folder) => ['diff', tinyConfig, folder],
    (folder) =>
      `${folder}: keeps no config\n  expected:     a run folder, which has configs/, a checkpoint or a YAML file`,
  ],
  [
    '--raw without --resolved',
    () => ['inspect', tinyConfig, '--raw'],
    () => '--raw: belongs to --resolved\n  to fix:       ldm inspect CONFIG --resolved --raw',
  ],
  [
    'a learning rate scaled perhaps',
    () => ['inspect', tinyConfig, '--scale_lr', 'perhaps'],
    () => '--scale_lr: cannot be this\n  found:        perhaps\n  expected:     true or false',
  ],
  [
    'completion for another shell',
    () => ['completion', 'bsah'],
    () =>
      'ldm completion: there is no completion for this shell\n' +
      '  found:        bsah\n  expected:     bash, zsh, fish\n  did you mean: bash, zsh',
  ],
];

for (const [title, args, message] of mistakes) {
  test(title, async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'there.yaml'), 'x: 1\n');
    const { code, stdout, stderr } = await ldmHere(args(folder));
    assert.equal({ code, stdout }, { code: 2, stdout: '' }, stderr);
    assert.is(stderr, `${message(folder)}\n`);
    assert.is(readFileSync(join(folder, 'there.yaml'), 'utf8'), 'x: 1\n');
  });
}

/** What bash makes of TAB behind a line, once it has sourced the script. */
function completedByBash(script: string, line: string): string[] {
  const words = line.split(/(?<=[=:])|(?=[=:])|\s+/).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `
    source "$2"
    COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
    _ldm_complete 2>/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"
  `, 'bash', line, script], { cwd: repository, encoding: 'utf8' }); // prettier-ignore
  assert.is(stderr, '');
  return stdout.trim().split('\n').filter(Boolean);
}

const hasBash = spawnSync('bash', ['--version']).status === 0;

const skip = (title: string): void => {
  test.skip(title);
};

(hasBash ? test : skip)('bash completes with the script', async () => {
  const script = join(temporaryFolder(), 'ldm.bash');
  writeFileSync(script, await output('completion', 'bash'));
  assert.equal(completedByBash(script, 'ldm insp'), ['inspect']);
  assert.equal(completedByBash(script, `run ${mnist} model.params.timest`), ['model.params.timesteps=']);
  assert.equal(completedByBash(script, `npx run ${mnist} model.params.unet_config.target=B`), ['BasicUNet']);
  assert.equal(completedByBash(script, 'ldm list --kind=net'), ['network']);
  const evil = join(temporaryFolder(), 'evil');
  assert.equal(completedByBash(script, `ldm run $(touch ${evil}) --max_e`), ['--max_epochs']);
  assert.not(existsSync(evil), 'what stands on the line is not run');
});

for (const [shell, check] of [
  ['bash', '-n'],
  ['zsh', '-n'],
  ['fish', '--no-execute'],
] as const) {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  (isThere ? test : skip)(`the script for ${shell} has no mistakes of syntax`, async () => {
    const script = join(temporaryFolder(), `completion.${shell}`);
    writeFileSync(script, await output('completion', shell));
    const { status, stderr } = spawnSync(shell, [check, script], { encoding: 'utf8' });
    assert.is(status, 0, stderr);
  });
}

test('the shell is answered without an engine being loaded, which would take longer than all else', () => {
  const script = `
    import { createRequire } from 'node:module';
    import { main } from '${repository}/dist/src/cli/main.js';
    await main(['complete', '--', 'ldm', 'run', ${JSON.stringify(mnist)}, 'model.params.unet_config.params.n']);
    console.error(Object.keys(createRequire(import.meta.url).cache).filter((file) => /tfjs|sharp/.test(file)).length);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: repository,
    encoding: 'utf8',
  });
  assert.match(stdout, /\bmodel\.params\.unet_config\.params\.num_heads=\t/);
  assert.is(stderr.trim(), '0');
});

test.run();
