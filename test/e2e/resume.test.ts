import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execFileSync, type ChildProcess } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readAll } from '../../src/io/tensor-source.js';
import { readCheckpoint } from '../../src/train/checkpoint-file.js';
import { command, ldm, ldmHere, repository, type CommandResult } from '../support/command.js';
import { killAndCompare, resumeConfig } from '../support/kill-resume.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm run, stopped and gone on with');

const FOREVER = ['--max_steps', '100000'];
/** Pictures take longer than steps; the first test has them. */
const NO_PICTURES = 'lightning.callbacks.image_logger.params.max_images=0';
/** No checkpoint of its own accord. */
const UNSAVED = ['lightning.modelcheckpoint.params.every_n_train_steps=1000000', 'model.params.monitor=null'];
const checkpointOf = (run: string): string => join(run, 'checkpoints', 'last.ckpt');
const weightsOf = (run: string) => readAll(readCheckpoint(checkpointOf(run)).weights);
const stepOf = (run: string): number => readCheckpoint(checkpointOf(run)).progress.globalStep;

function runsIn(logdir: string): string[] {
  return readdirSync(logdir).map((name) => join(logdir, name));
}

function onlyRun(logdir: string): string {
  const [run = '', ...others] = runsIn(logdir);
  assert.equal(others, []);
  return run;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Waits for something in the only run of a folder. */
function whenIn(logdir: string, ...path: string[]): Promise<void> {
  return until(() => existsSync(logdir) && runsIn(logdir).some((run) => existsSync(join(run, ...path))));
}

function train(logdir: string, args: readonly string[], whileRunning?: (child: ChildProcess) => Promise<void>) {
  const words = ['run', resumeConfig, NO_PICTURES, '-l', logdir, ...args];
  return whileRunning ? ldm(words, { whileRunning }) : ldmHere(words);
}

test('kill -9 at three random moments: the outcome is that of the run never killed', async () => {
  await killAndCompare({ steps: 24, moments: 3, perRun: 3 });
});

test('SIGUSR1 saves and goes on; SIGTERM saves and stops', async () => {
  const logdir = temporaryFolder();
  let saved = 0;
  const { code, stderr } = await train(logdir, [...FOREVER, ...UNSAVED], async (child) => {
    await whenIn(logdir, 'metrics.jsonl');
    child.kill('SIGUSR1');
    await whenIn(logdir, 'checkpoints', 'last.ckpt');
    saved = stepOf(onlyRun(logdir));
    await sleep(300);
    assert.is(child.exitCode, null, 'it goes on');
    child.kill('SIGTERM');
  });
  assert.is(code, 130, stderr);
  assert.match(stderr, /SIGUSR1: finishing this step, saving and going on/);
  assert.match(stderr, new RegExp(`step ${saved} {2}saved last\\.ckpt`));
  assert.match(stderr, /stopped by SIGTERM {2}step \d+/);
  assert.ok(stepOf(onlyRun(logdir)) > saved);
});

test('no two processes train in one folder; a killed one is no hindrance', async () => {
  const logdir = temporaryFolder();
  const auto = [...FOREVER, '--resume', 'auto'];
  const locks = () => readdirSync(onlyRun(logdir)).filter((name) => name.startsWith('lock.'));
  const killed = await train(logdir, auto, async (child) => {
    await whenIn(logdir, 'checkpoints', 'last.ckpt');
    const before = readFileSync(join(onlyRun(logdir), 'run.json'), 'utf8');
    const others = [await train(logdir, auto), await ldmHere(['run', '--resume', onlyRun(logdir)])];
    for (const { code, stderr } of others) {
      assert.is(code, 2, stderr);
      assert.match(stderr, /another process is writing into this run folder/);
      assert.match(stderr, new RegExp(`process ${child.pid} on `));
    }
    assert.is(readFileSync(join(onlyRun(logdir), 'run.json'), 'utf8'), before, 'they touched nothing');
    child.kill('SIGKILL');
  });
  assert.is(killed.signal, 'SIGKILL', killed.stderr);
  assert.is(locks().length, 1);
  const last = await train(logdir, auto, async (child) => {
    await until(() => locks().every((name) => name.includes(`.${child.pid}.`)));
    const saved = () => statSync(checkpointOf(onlyRun(logdir))).mtimeMs;
    const before = saved();
    await until(() => saved() > before);
    child.kill('SIGINT');
    child.kill('SIGTERM');
  });
  assert.is(last.code, 130, last.stderr);
  assert.equal(locks(), []);
});

test('a second signal stops at once', async () => {
  const logdir = temporaryFolder();
  const { code, stderr } = await train(logdir, [...FOREVER, ...UNSAVED], async (child) => {
    await whenIn(logdir, 'metrics.jsonl');
    child.kill('SIGINT');
    child.kill('SIGTERM');
  });
  assert.is(code, 130, stderr);
  assert.not.match(stderr, /stopped by/);
  assert.not.ok(existsSync(checkpointOf(onlyRun(logdir))));
});

test('a damaged last checkpoint is reported, and the one before it used', async () => {
  const logdir = temporaryFolder();
  const short = ['--max_steps', '16', 'model.params.monitor=null', '--resume', 'auto'];
  const first = await train(logdir, short);
  assert.is(first.code, 0, first.stderr);
  const run = onlyRun(logdir);
  const whole = weightsOf(run);
  const damage = () => {
    truncateSync(checkpointOf(run), 5000);
  };
  damage();
  const byHand = await ldmHere(['run', '--resume', run]);
  assert.is(byHand.code, 0, byHand.stderr);
  assert.match(byHand.stderr, /warning: .*last\.ckpt: /);
  assert.match(byHand.stderr, /going on from .*previous\.ckpt, step 14/);
  assert.equal(weightsOf(run), whole);
  damage();
  const automatic = await train(logdir, short);
  assert.is(automatic.code, 0, automatic.stderr);
  assert.match(automatic.stderr, /warning: .*last\.ckpt: [^]*resume auto: .*previous\.ckpt, step/);
  assert.equal(weightsOf(run), whole);
  damage();
  truncateSync(join(run, 'checkpoints', 'previous.ckpt'), 5000);
  // In a process of its own: what ends with bad input leaves its lock to the end of its process.
  const refused = await ldm(['run', '--resume', run]);
  assert.is(refused.code, 2);
  for (const name of [/last\.ckpt: /, /previous\.ckpt: /]) assert.match(refused.stderr, name);
  const anew = await train(logdir, short);
  assert.is(anew.code, 0, anew.stderr);
  assert.match(anew.stderr, /has no whole checkpoint: beginning a new run/);
  assert.is(runsIn(logdir).length, 2);
});

test('auto finds the run of the same configuration, seed and rate, and no other', async () => {
  const logdir = temporaryFolder();
  const begin = (...args: string[]) => train(logdir, ['--resume', 'auto', '--max_steps', '2', ...args]);
  const said = ({ stderr }: CommandResult) => /resume auto: (.*)/.exec(stderr)?.[1] ?? stderr;
  assert.match(said(await begin()), /no such run in .*: beginning a new one$/);
  assert.match(said(await begin()), /last\.ckpt, step 2$/);
  assert.match(said(await begin('-s', '7')), /\(1 of this name with other configurations, seeds or rates\)/);
  assert.match(said(await begin('--scale_lr', 'False')), /\(2 of this name/);
  assert.match(said(await begin('data.params.batch_size=3')), /\(3 of this name/);
  assert.match(said(await begin('-n', 'other')), /no such run/);
  const other = runsIn(logdir).find((run) => run.endsWith('_other')) ?? '';
  rmSync(join(other, 'checkpoints', 'last.ckpt'));
  assert.match(said(await begin('-n', 'other')), /_other has no checkpoint yet: beginning anew in it/);
  assert.is(stepOf(other), 2);
  assert.is(readFileSync(join(other, 'metrics.jsonl'), 'utf8').trim().split('\n').length, 2);
});

test('a run that goes on keeps its rate and seed; what contradicts is said', async () => {
  const logdir = temporaryFolder();
  await train(logdir, ['--max_steps', '2', '--scale_lr', 'False', '-s', '5']);
  const run = onlyRun(logdir);
  const plain = await ldmHere(['run', '-r', run, '--max_steps', '3']);
  assert.match(plain.stderr, /learning rate {2}1\.00e-4 \(base_learning_rate, not scaled\)/);
  assert.match(plain.stderr, /warning: changed since: lightning\.trainer\.max_steps: 2 -> 3/);
  const args = ['--scale_lr', 'True', '-s', '6', '--max_steps', '3', 'data.params.batch_size=3'];
  const other = await ldmHere(['run', '-r', run, ...args]);
  assert.is(other.code, 0, other.stderr);
  assert.match(other.stderr, /--seed 6 is ignored: the run goes on with its own seed 5/);
  assert.match(other.stderr, /--scale_lr true is ignored: the run goes on with --scale_lr false/);
  assert.match(other.stderr, /changed since: data\.params\.batch_size: 2 -> 3/);
  const record = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as { seed: number; resumed: unknown[] };
  assert.is(record.seed, 5);
  assert.is(record.resumed.length, 2);
});

/** What a run says that failed after its first checkpoint: what was saved, and how to go on; the checkpoint is whole. */
function assertSaved({ code, stderr }: CommandResult, run: string): void {
  assert.is(code, 1, stderr);
  const [, step] = /saved +\S+\.ckpt, step (\d+)/.exec(stderr) ?? [];
  assert.match(stderr, /failed +after step \d+, epoch \d+/);
  assert.match(stderr, /go on +npx run --resume /);
  assert.is(stepOf(run), Number(step), stderr);
}

test('an error in a step: what was saved, and how to go on', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'fails.js'),
    `import { defineComponent } from 'ldm-runner';
export const Fails = defineComponent({
  kind: 'callback',
  summary: 'Fails at the tenth step.',
  params: { type: 'object', additionalProperties: false, properties: {} },
  create: () => ({
    onTrainBatchStart: (trainer) => {
      if (trainer.globalStep === 9) throw new Error('no more of this');
    },
  }),
});
`,
  );
  const logdir = join(folder, 'runs');
  const target = '+lightning.callbacks.fails={target: ./fails.js#Fails}';
  const failed = await ldm(['run', resumeConfig, NO_PICTURES, '-l', logdir, target], { cwd: folder });
  assert.is(failed.code, 1, failed.stderr);
  assert.match(failed.stderr, /no more of this/);
  const run = onlyRun(logdir);
  assertSaved(failed, run);
  // What was logged before is on the disk.
  assert.match(readFileSync(join(run, 'metrics.jsonl'), 'utf8'), /"step":9,/);
  assert.match(readFileSync(join(run, 'log.txt'), 'utf8'), /failed: no more of this/);
});

test('a folder that can no longer be written', async () => {
  const logdir = temporaryFolder();
  const failed = await train(logdir, [...FOREVER, 'model.params.monitor=null'], async () => {
    await whenIn(logdir, 'checkpoints', 'previous.ckpt');
    const checkpoints = join(onlyRun(logdir), 'checkpoints');
    renameSync(checkpoints, `${checkpoints}.away`);
    writeFileSync(checkpoints, '');
  });
  assert.is(failed.code, 1, failed.stderr);
  assert.match(failed.stderr, /last\.ckpt: cannot write: a part of the path is a file, not a folder/);
  assert.match(failed.stderr, /saved +no checkpoint/);
  // A folder that cannot be written before anything is done is bad input.
  const refused = await ldmHere(['run', '--resume', onlyRun(logdir)]);
  assert.is(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /last\.ckpt: cannot write: a part of the path is a file, not a folder/);
});

/** A limit on the size of files stands for a full disk: what is written fails in its middle. */
const canLimit = process.platform === 'linux' && existsSync('/usr/bin/prlimit');
const skip = (title: string): void => {
  test.skip(title);
};
(canLimit ? test : skip)('a disk that is full: the checkpoint before is whole', async () => {
  const logdir = temporaryFolder();
  const words = [
    process.execPath,
    `${repository}/bin/ldm.mjs`,
    'run',
    resumeConfig,
    NO_PICTURES,
    '-l',
    logdir,
    ...FOREVER,
  ];
  const script = `trap '' XFSZ; exec "$@"`;
  const failed = await command(['bash', '-c', script, 'bash', ...words, 'model.params.monitor=null'], {
    whileRunning: async (child) => {
      await whenIn(logdir, 'checkpoints', 'previous.ckpt');
      execFileSync('/usr/bin/prlimit', ['--pid', String(child.pid), '--fsize=20000']);
    },
  });
  assert.match(failed.stderr, /cannot write: the file would be larger than the system allows/);
  assertSaved(failed, onlyRun(logdir));
});

test.run();
