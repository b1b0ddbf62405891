import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { findCheckpoint } from './find-checkpoint.js';
import { listCheckpoints, runOfCheckpoint } from './list-checkpoints.js';

/** A run folder with these checkpoints; each with its time in seconds. */
function runWith(files: Readonly<Record<string, number>>, logdir = temporaryFolder(), name = 'run'): string {
  const folder = join(logdir, name, 'checkpoints');
  mkdirSync(folder, { recursive: true });
  for (const [file, time] of Object.entries(files)) {
    writeFileSync(join(folder, file), '');
    utimesSync(join(folder, file), time, time);
  }
  return join(logdir, name);
}

test('finds the newest checkpoint of a run, of equally old ones the one called last', () => {
  const run = runWith({ 'epoch=000001.ckpt': 100, 'last.ckpt': 200, 'epoch=000002.ckpt': 200, 'last.ckpt.tmp': 300 });
  assert.is(findCheckpoint(run), join(run, 'checkpoints/last.ckpt'));
  assert.is(findCheckpoint(`${run}/`), join(run, 'checkpoints/last.ckpt'));
  assert.is(findCheckpoint(join(run, 'checkpoints')), join(run, 'checkpoints/last.ckpt'));
  assert.equal(
    listCheckpoints(run).map((path) => path.slice(run.length + 1)),
    ['checkpoints/last.ckpt', 'checkpoints/epoch=000002.ckpt', 'checkpoints/epoch=000001.ckpt'],
  );
});

test('a file is meant itself', () => {
  const file = join(runWith({ 'a.ckpt': 1, 'last.ckpt': 2 }), 'checkpoints/a.ckpt');
  assert.is(findCheckpoint(file), file);
});

test('says what is near where nothing is', () => {
  const run = runWith({ 'last.ckpt': 1 });
  assert.throws(
    () => findCheckpoint(join(run, 'checkpoints/lats.ckpt')),
    (error: Error) => {
      assert.match(error.message, 'lats.ckpt: there is no such file or folder');
      assert.match(error.message, `did you mean: ${join(run, 'checkpoints/last.ckpt')}`);
      return true;
    },
  );
  assert.throws(() => findCheckpoint('/nowhere/at/all'), /give a run folder or a checkpoint file/);
});

test('a folder without checkpoints is an error, which names the runs in it that have one', () => {
  const logdir = temporaryFolder();
  const empty = runWith({}, logdir, 'empty');
  assert.throws(() => findCheckpoint(empty), /empty: has no checkpoint/);
  const run = runWith({ 'last.ckpt': 1 }, logdir);
  assert.throws(
    () => findCheckpoint(logdir),
    (error: Error) => error.message.includes(`did you mean: ${run}\n`) && !error.message.includes(empty),
  );
});

test('knows the run a checkpoint belongs to', () => {
  assert.is(runOfCheckpoint('/runs/a/checkpoints/last.ckpt'), '/runs/a');
  assert.is(runOfCheckpoint('/models/sd.ckpt'), undefined);
});

test.run();
