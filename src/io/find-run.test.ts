import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { findRun } from './find-run.js';

/** A folder of runs of these names. */
function runs(names: readonly string[], records: Readonly<Record<string, unknown>> = {}): string {
  const logdir = temporaryFolder();
  for (const name of names) mkdirSync(join(logdir, name, 'checkpoints'), { recursive: true });
  for (const [name, record] of Object.entries(records)) {
    writeFileSync(join(logdir, name, 'run.json'), JSON.stringify(record));
  }
  return logdir;
}

function messageOf(find: () => unknown): string {
  try {
    find();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

const [first, second, third] = ['2026-01-01T00-00-01', '2026-01-01T00-00-02', '2025-12-31T23-59-59'] as const;

test('the newest of a name, and how many older ones there are', () => {
  const logdir = runs([`${third}_mnist-kl`, `${second}_mnist-kl`, `${first}_mnist-kl`, `${second}_mnist`]);
  const found = findRun('mnist-kl', logdir);
  assert.is(found.path, join(logdir, `${second}_mnist-kl`));
  assert.equal(found.older, [join(logdir, `${first}_mnist-kl`), join(logdir, `${third}_mnist-kl`)]);
  assert.equal(findRun('mnist', logdir).older, []);
});

const fits: [name: string, folder: string][] = [
  ['kl', `${first}_mnist_kl`],
  ['mnist_kl', `${first}_mnist_kl`],
  ['kl-wide', `${first}_mnist_kl-wide`],
  [`${first}_mnist_kl`, `${first}_mnist_kl`],
  ['renamed', 'renamed'],
];
for (const [name, folder] of fits) {
  test(`${name} is ${folder}`, () => {
    assert.is(basename(findRun(name, runs([folder])).path), folder);
  });
}

test('of a name that a part of a word ends with, or a folder begins with, there is no run', () => {
  const logdir = runs([`${first}_mnist_kl`, `${first}_mnistkl`, `${first}_kl-4`]);
  for (const name of ['l', 'mnist', '4', '']) assert.throws(() => findRun(name, logdir), /there is no run/, name);
  assert.is(basename(findRun('kl', logdir).path), `${first}_mnist_kl`);
});

test('a config names its runs, whatever follows it in the names of their folders', () => {
  const wide = `${second}_mnist_wide-a`;
  const logdir = runs([wide, `${second}_other_wide`], {
    [wide]: { configs: ['configs/ddpm/mnist.yaml', 'tiny.yaml'] },
  });
  assert.is(basename(findRun('mnist', logdir).path), wide);
  assert.throws(() => findRun('tiny', logdir), /there is no run tiny/);
});

test('the later runs of one second are of its name, where the first is there', () => {
  const logdir = runs([`${first}_a`, `${first}_a-2`, `${first}_a-10`, `${second}_b-2`]);
  assert.is(basename(findRun('a', logdir).path), `${first}_a-10`);
  assert.throws(() => findRun('b', logdir), /there is no run b/);
  assert.is(basename(findRun('b-2', logdir).path), `${second}_b-2`);
  assert.is(basename(findRun('a-2', logdir).path), `${first}_a-2`);
});

test('a path is that of a run folder, or of a folder of runs and a name', () => {
  const logdir = runs([`${first}_a`, `${second}_a`]);
  assert.is(findRun(join(logdir, `${first}_a/`)).path, join(logdir, `${first}_a`));
  assert.equal(findRun(join(logdir, `${first}_a`)).older, []);
  assert.is(findRun(join(logdir, 'a'), 'elsewhere').path, join(logdir, `${second}_a`));
});

test('names what is near and what is new where there is none of the name', () => {
  const logdir = runs([`${first}_mnist_kl`, `${second}_celebahq`, `${third}_a`, `${third}_b`, 'notes']);
  assert.is(
    messageOf(() => findRun('mnist_lk', logdir)),
    [
      `there is no run mnist_lk in ${logdir}`,
      '  expected:     the name of a run or of its config, or the path of its folder',
      '  did you mean: mnist_kl',
      `  to fix:       the newest runs there: ${second}_celebahq, ${first}_mnist_kl, ${third}_b and 1 more`,
    ].join('\n'),
  );
});

test('says where it looked where there is no folder of runs, and what a path is that is no run', () => {
  const folder = temporaryFolder();
  const logdir = join(folder, 'runs');
  assert.is(
    messageOf(() => findRun('mnist', logdir)),
    [
      `there is no run mnist, for there is no folder ${logdir}`,
      '  expected:     the name of a run or of its config, or the path of its folder',
      '  to fix:       train it first; of a run elsewhere give the path',
    ].join('\n'),
  );
  const file = join(folder, 'last.ckpt');
  writeFileSync(file, '');
  assert.match(
    messageOf(() => findRun(file)),
    `found:        ${file}, which is no run folder`,
  );
});

test.run();
