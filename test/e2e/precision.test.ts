import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeEngines } from '../../src/engine/index.js';
import { readSafetensorsHeader } from '../../src/io/safetensors.js';
import type { RunRecord } from '../../src/io/run-record.js';
import { ldm, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const support = (await probeEngines()).find(({ name }) => name === 'torch')?.bfloat16 ?? 'none';
const isSupported = support !== 'none';
const test = suite(
  isSupported ? 'precision' : 'precision (SKIPPED: no torch engine, or no bfloat16 on this processor)',
);
const testMixed = (title: string, run: () => Promise<void>): void => {
  if (isSupported) test(title, run);
  else test.skip(title, run);
};

async function succeed(args: readonly string[]): Promise<string> {
  const { code, stderr } = await ldm(args);
  assert.is(code, 0, stderr);
  return stderr;
}

/** The precision that a run's record, of the last time it was gone on with, and the newest header in its log name. */
function precisionOf(run: string): string {
  const record = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as RunRecord;
  const { precision } = record.resumed?.at(-1) ?? record;
  const headers = [...readFileSync(join(run, 'log.txt'), 'utf8').matchAll(/engine +torch .+, precision (\S+)/g)];
  assert.is(headers.at(-1)?.[1], precision);
  return precision;
}

function onlyRun(logdir: string): string {
  const [run, ...others] = readdirSync(logdir);
  assert.equal(others, []);
  return join(logdir, run ?? '');
}

testMixed(
  '--precision bf16-mixed trains; the checkpoint is float32; a resumed run keeps to it unless told',
  async () => {
    const logdir = temporaryFolder();
    await succeed(['run', tinyConfig, '--precision', 'bf16-mixed', '--max_steps', '2', '-l', logdir]);
    const run = onlyRun(logdir);
    assert.is(precisionOf(run), 'bf16-mixed');
    const { entries } = readSafetensorsHeader(join(run, 'checkpoints', 'last.ckpt'));
    for (const [name, { dtype }] of entries) assert.ok(['F32', 'I32'].includes(dtype), `${name} is ${dtype}`);

    await succeed(['run', '--resume', run, '--max_steps', '3']);
    assert.is(precisionOf(run), 'bf16-mixed');
    await succeed(['run', '--resume', run, '--max_steps', '4', '--precision', '32-true']);
    assert.is(precisionOf(run), '32');
    const losses = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Record<string, unknown>)['train/loss_step'])
      .filter((loss) => loss !== undefined);
    assert.is(losses.length, 4);
    for (const loss of losses) assert.ok(typeof loss === 'number' && Number.isFinite(loss));

    const out = join(logdir, 'out');
    const sampled = ['sample', run, '--class', '7', '-n', '1', '--steps', '2'];
    const samples = async (...precision: string[]): Promise<Buffer> => {
      await succeed([...sampled, ...precision, '-o', out]);
      return readFileSync(join(out, 'samples.safetensors'));
    };
    assert.not.equal(await samples('--precision', 'bf16-mixed'), await samples());
  },
);

testMixed(
  'the precision of a YAML file takes effect, under its name in Lightning 1.x too; a flag overrides it',
  async () => {
    const [folder, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const config = join(folder, 'mixed.yaml');
    writeFileSync(config, 'lightning: { trainer: { precision: bf16, max_steps: 1, val_check_interval: 1 } }\n');
    await succeed(['run', tinyConfig, config, '-l', first]);
    assert.is(precisionOf(onlyRun(first)), 'bf16-mixed');
    await succeed(['run', tinyConfig, config, '-l', second, '--precision', '32']);
    assert.is(precisionOf(onlyRun(second)), '32');
  },
);

test('ldm doctor says what the processor makes of bfloat16', async () => {
  const { stdout } = await ldm(['doctor']);
  assert.match(stdout, /^bfloat16 +(native|emulated|none) on this processor|^bfloat16 +unknown: the engine torch/m);
});

test.run();
