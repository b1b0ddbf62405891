import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { kept, writeRun as run, writeState as write } from '../../test/support/write-run.js';
import { findCheckpoint } from './find-checkpoint.js';
import { checkpointOfRun, formatRunReference, parseRunReference } from './run-reference.js';

const time = '2026-01-01T00-00-0';

test('what a text says', () => {
  assert.equal(parseRunReference('latest:mnist-kl'), { name: 'mnist-kl' });
  assert.equal(parseRunReference('latest:a,b,last'), { name: 'a,b', which: 'last' });
  assert.equal(parseRunReference('latest:other/kl,best'), { name: 'other/kl', which: 'best' });
  assert.equal(parseRunReference('latest:'), { name: '' });
  for (const path of ['runs/a', 'latest', './latest:a', 'C:latest:a']) assert.is(parseRunReference(path), undefined);
  assert.is(formatRunReference({ name: 'kl', which: 'last' }), 'latest:kl,last');
});

test('the best checkpoint by what the run monitors, of the checkpoints that are there', () => {
  const logdir = temporaryFolder();
  const callbacks = {
    another: kept(['another.ckpt', 0]),
    progress: {},
    modelcheckpoint: kept(['gone.ckpt', 0.1], ['b.ckpt', 0.2], ['c.ckpt', 0.3]),
  };
  const folder = run(logdir, `${time}1_kl`, callbacks, ['another.ckpt', 'b.ckpt', 'c.ckpt']);
  const { path, best } = checkpointOfRun({ name: 'kl' }, logdir);
  assert.is(path, join(folder, 'b.ckpt'));
  assert.equal(best, { path, score: 0.2, monitor: 'val/loss' });
  assert.is(checkpointOfRun({ name: 'kl', which: 'last' }, logdir).path, join(folder, 'last.ckpt'));
  assert.is(findCheckpoint(`latest:${logdir}/kl`), path);
  assert.is(findCheckpoint(`latest:${logdir}/${time}1_kl,last`), join(folder, 'last.ckpt'));
});

test('without a monitored value the last one; what another callback monitors counts where the main one does not', () => {
  const logdir = temporaryFolder();
  const unmonitored = kept(['a.ckpt', null]);
  const folder = run(logdir, `${time}1_a`, { modelcheckpoint: unmonitored }, ['a.ckpt']);
  assert.equal(checkpointOfRun({ name: 'a' }, logdir).path, join(folder, 'last.ckpt'));
  const other = run(logdir, `${time}1_b`, { modelcheckpoint: unmonitored, mine: kept(['b.ckpt', 1]) }, ['b.ckpt']);
  assert.is(checkpointOfRun({ name: 'b' }, logdir).path, join(other, 'b.ckpt'));
});

test('best checkpoints in a folder of their own', () => {
  const logdir = temporaryFolder();
  const dirpath = join(logdir, 'kept');
  write(join(dirpath, 'a.ckpt'), {}, 100);
  run(logdir, `${time}1_a`, { modelcheckpoint: { ...kept(['a.ckpt', 1]), dirpath } });
  assert.is(checkpointOfRun({ name: 'a' }, logdir).path, join(dirpath, 'a.ckpt'));
});

test('a last checkpoint that is damaged is passed over, and without any that is whole it is the one to complain of', () => {
  const logdir = temporaryFolder();
  const folder = join(logdir, `${time}1_a`, 'checkpoints');
  write(join(folder, 'previous.ckpt'), { modelcheckpoint: kept(['a.ckpt', 1]) }, 100);
  write(join(folder, 'a.ckpt'), {}, 50);
  writeFileSync(join(folder, 'last.ckpt'), 'damaged');
  assert.is(checkpointOfRun({ name: 'a' }, logdir).path, join(folder, 'a.ckpt'));
  assert.is(checkpointOfRun({ name: 'a', which: 'last' }, logdir).path, join(folder, 'previous.ckpt'));
  mkdirSync(join(logdir, `${time}2_a`, 'checkpoints'), { recursive: true });
  const only = join(logdir, `${time}2_a`, 'checkpoints/last.ckpt');
  writeFileSync(only, 'damaged');
  assert.is(checkpointOfRun({ name: 'a' }, logdir).path, only);
});

test('the newest run is meant also where only an older one has a checkpoint', () => {
  const logdir = temporaryFolder();
  run(logdir, `${time}1_a`, {});
  const killed = join(logdir, `${time}2_a`);
  mkdirSync(join(killed, 'checkpoints'), { recursive: true });
  assert.throws(
    () => checkpointOfRun({ name: 'a' }, logdir),
    (error: Error) => {
      assert.is(
        error.message,
        [
          `latest:a: ${killed} has no checkpoint`,
          '  found:        the newest of 2 runs of this name',
          '  expected:     a run that got as far as its first checkpoint',
          `  did you mean: ${join(logdir, `${time}1_a`)}`,
          `  to fix:       go on with it: npx run --resume ${killed}; or give the path of another`,
        ].join('\n'),
      );
      return true;
    },
  );
});

test.run();
