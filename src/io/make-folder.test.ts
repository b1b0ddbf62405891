import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { makeFolder } from './make-folder.js';

test('creates what is missing above the folder too, and leaves what is there', () => {
  const root = temporaryFolder();
  const folder = join(root, 'a', 'b', 'c');
  makeFolder(folder);
  assert.ok(statSync(folder).isDirectory());
  writeFileSync(join(folder, 'file'), '');
  makeFolder(folder);
  assert.ok(existsSync(join(folder, 'file')));
});

test('a file in the way is an error of the system', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  assert.throws(
    () => {
      makeFolder(join(file, 'a'));
    },
    (error: NodeJS.ErrnoException) => error.code === 'ENOTDIR',
  );
});

test('another process may create it first', () => {
  const folder = join(temporaryFolder(), 'a');
  mkdirSync(folder);
  makeFolder(folder);
});

if (process.platform === 'linux') {
  // In a process of its own, that can be ended if it does not come back.
  test('a file system that takes no folders is an error, not an endless loop', () => {
    const module = new URL('./make-folder.js', import.meta.url).href;
    const program = `import { makeFolder } from ${JSON.stringify(module)};
      try { makeFolder('/proc/nope/a'); } catch (error) { console.log(error.code); }`;
    const { stdout, signal } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.is(signal, null);
    assert.is(stdout.trim(), 'ENOENT');
  });
}

test.run();
