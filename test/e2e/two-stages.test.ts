import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { selectEngine } from '../../src/engine/index.js';
import { readWeights } from '../../src/io/weights-file.js';
import { readCheckpoint } from '../../src/train/checkpoint-file.js';
import { ldm, repository } from '../support/command.js';
import { firstStage, writeFirstStageRun } from '../support/first-stage-run.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('two stages, the second of which names the run of the first');

const config = join(repository, 'test/fixtures/configs/two-stages.yaml');
const ckptPath = 'model.params.first_stage_config.params.ckpt_path';
const firstRun = '2026-01-01T00-00-00_digits-kl';
const best = `runs/${firstRun}/checkpoints/epoch=000001.ckpt`;
const cwd = temporaryFolder();

interface TwoStages {
  readonly model: { readonly params: { readonly first_stage_config: { readonly params: { ckpt_path: string } } } };
}
const firstStageOf = (yaml: string) => (parse(yaml) as TwoStages).model.params.first_stage_config.params;

/** The path of the second run's folder, from the working folder. */
function secondRun(): string {
  const [name = '', ...others] = readdirSync(join(cwd, 'runs')).filter((name) => name.endsWith('_two-stages'));
  assert.equal(others, []);
  return `runs/${name}`;
}

async function writeFirstStage(name: string, seed: number): Promise<void> {
  const params = { ...firstStageOf(readFileSync(config, 'utf8')), ckpt_path: null };
  const [good, last] = [await firstStage('AutoencoderKL', params, seed), await firstStage('AutoencoderKL', params, 99)];
  writeFirstStageRun(join(cwd, 'runs', name), { best: good.stateDict(), last: last.stateDict() });
  good.dispose();
  last.dispose();
}

test.before(async () => {
  await selectEngine('cpu', {});
});

test('before the first stage is trained, its run is missing as a file is: a warning of ldm check, an error of ldm run', async () => {
  const checked = await ldm(['check', config], { cwd });
  const facts = [
    'there is no run digits-kl, for there is no folder runs',
    '  found:        latest:digits-kl',
    '  expected:     the name of a run or of its config, or the path of its folder',
    '  to fix:       train it first; of a run elsewhere give the path',
  ];
  const withoutFrame = (text: string) =>
    text
      .split('\n')
      .filter((line) => !/^ {2}[> ]/.test(line) || / {2}(found|expected|to fix):/.test(line))
      .join('\n');
  assert.is(checked.code, 0, checked.stderr);
  assert.is(checked.stdout, `${config}: valid; 1 file or folder is missing to run it here\n`);
  assert.is(withoutFrame(checked.stderr).trim(), `${config}:15:20: ${ckptPath}: warning: ${facts.join('\n')}`);
  const ran = await ldm(['run', config], { cwd });
  assert.is(ran.code, 2);
  assert.is(withoutFrame(ran.stderr).trim(), `${config}:15:20: ${ckptPath}: ${facts.join('\n')}`);
  assert.not(existsSync(join(cwd, 'runs')));
});

test('the second stage begins with the best checkpoint of the first, and keeps its path', async () => {
  await writeFirstStage('2025-12-31T00-00-00_digits-kl', 4);
  await writeFirstStage(firstRun, 5);
  const { code, stderr } = await ldm(['run', config, '--no-test'], { cwd });
  assert.is(code, 0, stderr);
  const choice = `${ckptPath}: latest:digits-kl is ${best} (best by val/loss, 0.250; newest of 2 runs)`;
  assert.ok(stderr.includes(`\nnote: ${choice}\n`), stderr);
  const loaded = /^(runs\/.*): (\d+) weights loaded\n {2}0 missing\n {2}2 unexpected: loss\..*, loss\./m.exec(stderr);
  assert.is(loaded?.[1], best, stderr);

  const run = secondRun();
  const { configs, checkpoints } = { configs: join(cwd, run, 'configs'), checkpoints: join(cwd, run, 'checkpoints') };
  const project = readdirSync(configs).find((name) => name.endsWith('-project.yaml')) ?? '';
  assert.is(firstStageOf(readFileSync(join(configs, project), 'utf8')).ckpt_path, best);
  const { config: kept, weights } = readCheckpoint(join(checkpoints, 'last.ckpt'));
  assert.is(firstStageOf(kept).ckpt_path, best);
  const trained = [...readWeights(join(cwd, best))].filter(([name]) => !name.startsWith('loss.'));
  assert.is(loaded?.[2], String(trained.length));
  for (const [name, { data }] of trained) assert.equal(weights.read(`first_stage_model.${name}`).data, data, name);
  const record = JSON.parse(readFileSync(join(cwd, run, 'run.json'), 'utf8')) as { configs: unknown };
  assert.equal(record.configs, [config]);
});

test('another run of the first stage changes nothing for a run that goes on', async () => {
  await writeFirstStage('2026-01-02T00-00-00_digits-kl', 6);
  const args = ['run', '-r', 'latest:two-stages', '--max_steps', '2', '--no-test'];
  const { code, stderr } = await ldm(args, { cwd });
  assert.is(code, 0, stderr);
  const run = secondRun();
  assert.ok(stderr.includes(`\nnote: latest:two-stages is ${run}\n`), stderr);
  assert.not.match(stderr, 'weights loaded');
  assert.not.match(stderr, ckptPath);
  const { config: kept, progress } = readCheckpoint(join(cwd, run, 'checkpoints/last.ckpt'));
  assert.is(firstStageOf(kept).ckpt_path, best);
  assert.is(progress.globalStep, 2);
});

test('a run by its name where a run or a checkpoint is expected', async () => {
  const run = secondRun();
  const last = `${run}/checkpoints/last.ckpt`;
  const drawn = await ldm(['sample', 'latest:two-stages,last', '-n', '1', '--steps', '1', '-o', 'drawn'], { cwd });
  assert.is(drawn.code, 0, drawn.stderr);
  assert.match(drawn.stderr, `note: latest:two-stages,last is ${last}\n`);
  assert.ok(existsSync(join(cwd, 'drawn/grid.png')));

  const measured = await ldm(['test', `latest:${run}`, '--set', 'validation', '--json'], { cwd });
  assert.is(measured.code, 0, measured.stderr);
  const { checkpoint } = JSON.parse(measured.stdout) as { checkpoint: string };
  assert.match(checkpoint, new RegExp(`^${run}/checkpoints/`));

  const converted = await ldm(['convert', 'latest:digits-kl', 'kl.safetensors'], { cwd });
  assert.is(converted.code, 0, converted.stderr);
  assert.match(converted.stdout, 'runs/2026-01-02T00-00-00_digits-kl/checkpoints/epoch=000001.ckpt');

  const compared = await ldm(['diff', 'latest:two-stages', 'latest:two-stages,last'], { cwd });
  assert.equal([compared.code, compared.stdout], [0, ''], compared.stderr);

  const inspected = await ldm(
    ['inspect', config, `${ckptPath}=latest:2025-12-31T00-00-00_digits-kl,last`, '--resolved', '--raw'],
    { cwd },
  );
  assert.match(
    inspected.stdout,
    /ckpt_path: runs\/2025-12-31T00-00-00_digits-kl\/checkpoints\/last\.ckpt +# override .*; from latest:2025/,
  );
});

test('a new run may go on from the last checkpoint of another, named so', async () => {
  const args = ['check', config, 'lightning.trainer.resume_from_checkpoint=latest:two-stages', '--json'];
  const { code, stdout } = await ldm(args, { cwd });
  assert.is(code, 0);
  const { notes } = JSON.parse(stdout) as { notes: string[] };
  assert.ok(
    notes.includes(
      `lightning.trainer.resume_from_checkpoint: latest:two-stages is ${secondRun()}/checkpoints/last.ckpt`,
    ),
    stdout,
  );
});

test('a name without a run is an error of every command that takes one', async () => {
  const lines = [
    ['run', '-r', 'latest:two-stage'],
    ['test', 'latest:two-stage'],
    ['convert', 'latest:two-stage', 'a.ckpt'],
    ['diff', 'latest:two-stage', config],
  ];
  for (const { code, stderr } of await Promise.all(lines.map((args) => ldm(args, { cwd })))) {
    assert.is(code, 2, stderr);
    assert.match(stderr, /^latest:two-stage: there is no run two-stage in runs\n/);
    assert.match(stderr, /did you mean: two-stages\n/);
  }
});

test.run();
