import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { createRunFolder, formatRunTime, runsNamed } from './run-folder.js';

const now = new Date(2026, 10, 21, 8, 30, 0);
const config = 'configs/ddpm/mnist.yaml';

test('names a run by time, config, name and postfix', () => {
  const logdir = join(temporaryFolder(), 'runs');
  const run = createRunFolder({ logdir, config, now });
  assert.is(run.path, join(logdir, '2026-11-21T08-30-00_mnist'));
  const named = createRunFolder({ logdir, config, now, name: 'wide', postfix: '-a' });
  assert.is(named.path, join(logdir, '2026-11-21T08-30-00_mnist_wide-a'));
});

test('makes the sub-folders', () => {
  const run = createRunFolder({ logdir: temporaryFolder(), config, now });
  assert.equal(readdirSync(run.path).sort(), ['checkpoints', 'configs', 'images', 'tensorboard']);
  assert.ok(existsSync(run.images.train) && existsSync(run.images.val));
  assert.is(run.metrics, join(run.path, 'metrics.jsonl'));
});

test('never takes a folder that exists', () => {
  const logdir = temporaryFolder();
  const runs = [1, 2, 3].map(() => createRunFolder({ logdir, config, now }).path);
  assert.equal(
    runs.map((path) => path.slice(logdir.length + 1)),
    ['2026-11-21T08-30-00_mnist', '2026-11-21T08-30-00_mnist-2', '2026-11-21T08-30-00_mnist-3'],
  );
});

test('says what to do where the folder cannot be written', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  assert.throws(
    () => createRunFolder({ logdir: join(file, 'runs'), config, now }),
    (error: Error) => {
      assert.match(error.message, 'cannot create the run folder: a part of the path is a file, not a folder');
      assert.match(error.message, /to fix: +choose a folder that can be written: --logdir DIR/);
      return true;
    },
  );
});

test('refuses a name that would leave the folder', () => {
  const create = (name: string) => () => createRunFolder({ logdir: temporaryFolder(), config, now, name });
  assert.throws(create('../x'), /--name: cannot be part of a folder name/);
  assert.throws(create('a\nb'), /found: +"a\\nb"/);
});

test('pads every part of the time', () => {
  assert.is(formatRunTime(new Date(2026, 0, 2, 3, 4, 5)), '2026-01-02T03-04-05');
});

test('the runs of a config and a name, newest first', () => {
  const logdir = temporaryFolder();
  const made = [0, 1, 1].map((second) =>
    createRunFolder({ logdir, config: 'a.yaml', name: 'x', now: new Date(2026, 0, 1, 0, 0, second) }),
  );
  createRunFolder({ logdir, config: 'a.yaml' });
  createRunFolder({ logdir, config: 'a.yaml', name: 'x', postfix: '-y' });
  createRunFolder({ logdir, config: 'a.yaml', name: 'xx' });
  assert.equal(runsNamed({ logdir, config: 'b/a.yaml', name: 'x' }), made.reverse());
  assert.equal(runsNamed({ logdir: join(logdir, 'none'), config: 'a.yaml' }), []);
});

test.run();
