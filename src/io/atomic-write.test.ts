import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { WriteError } from '../errors.js';
import { writeAtomically, writeFileAtomically } from './atomic-write.js';

const folder = temporaryFolder();

function diskFull(): never {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
}

test('replaces the file and leaves nothing else behind', () => {
  const path = join(folder, 'a.txt');
  writeFileAtomically(path, 'old');
  writeFileSync(`${path}.tmp`, 'left behind by a killed process');
  writeFileAtomically(path, 'new');
  assert.is(readFileSync(path, 'utf8'), 'new');
  assert.equal(readdirSync(folder), ['a.txt']);
});

test('keeps what it replaces, if asked to', () => {
  const own = temporaryFolder();
  const [path, previous] = [join(own, 'b.txt'), join(own, 'before.txt')];
  for (const text of ['1', '2', '3']) {
    writeAtomically(
      path,
      (append) => {
        append(Buffer.from(text));
      },
      previous,
    );
  }
  assert.equal(
    [path, previous].map((file) => readFileSync(file, 'utf8')),
    ['3', '2'],
  );
  assert.equal(readdirSync(own), ['b.txt', 'before.txt']);
});

test('a full disk names the file and the remedy, keeps the old file and removes the temporary one', () => {
  const path = join(folder, 'a.txt');
  const before = readFileSync(path, 'utf8');
  const write = (): void => {
    writeAtomically(path, (append) => {
      append(Buffer.from('half of it'));
      diskFull();
    });
  };
  assert.throws(write, (error: unknown) => {
    assert.instance(error, WriteError);
    assert.is(
      (error as Error).message,
      `${path}: cannot write: the disk is full (the file written before is whole)\n` +
        '  to fix:       free space on that disk or choose another place',
    );
    return true;
  });
  assert.is(readFileSync(path, 'utf8'), before);
  assert.equal(readdirSync(folder), ['a.txt']);
});

test('an error of the content’s own making passes through', () => {
  const path = join(folder, 'b.txt');
  const failing = (): void => {
    throw new TypeError('mine');
  };
  assert.throws(
    () => {
      writeAtomically(path, failing);
    },
    (error: unknown) => error instanceof TypeError,
  );
  assert.equal(readdirSync(folder), ['a.txt']);
});

test('a missing folder and a folder in the way are named', () => {
  assert.throws(() => {
    writeFileAtomically(join(folder, 'none/c.txt'), '');
  }, /none\/c\.txt: cannot write: there is no such file or folder/);
  mkdirSync(join(folder, 'd.txt'));
  assert.throws(() => {
    writeFileAtomically(join(folder, 'd.txt'), '');
  }, /d\.txt: cannot write: it is a folder/);
  assert.equal(readdirSync(folder), ['a.txt', 'd.txt']);
});

test.run();
