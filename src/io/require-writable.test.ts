import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { problemOf } from '../../test/support/problem.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { requireWritable } from './require-writable.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

test('a file that can be written, new or not, is left as it is', () => {
  requireWritable(at('new.txt'));
  assert.equal(readdirSync(folder), []);
  writeFileSync(at('old.txt'), 'old');
  requireWritable(at('old.txt'));
});

test('a place that takes no files is bad input, told as writing there would tell it', () => {
  mkdirSync(at('folder'));
  const problems: readonly [string, string][] = [
    ['none/a.txt', 'there is no such file or folder'],
    ['old.txt/a.txt', 'a part of the path is a file, not a folder'],
    ['folder', 'it is a folder, not a file'],
  ];
  for (const [name, what] of problems) {
    const message = problemOf(() => {
      requireWritable(at(name));
    });
    assert.ok(message.startsWith(`${at(name)}: cannot write: ${what}\n`), message);
  }
});

test.run();
