import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { TAR_END, tarMember, writeTar } from '../../test/support/write-tar.js';
import { readTarIndex } from './tar.js';

const folder = temporaryFolder();
const path = join(folder, 'a.tar');

function messageFor(content: Uint8Array): string {
  writeFileSync(path, content);
  try {
    readTarIndex(path);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('the files and where they lie', () => {
  writeTar(path, { 'a.jpg': 'x'.repeat(513), 'empty.txt': '', 'b/c.cls': '7' });
  assert.equal(readTarIndex(path), [
    { name: 'a.jpg', offset: 512, size: 513 },
    { name: 'empty.txt', offset: 2048, size: 0 },
    { name: 'b/c.cls', offset: 2560, size: 1 },
  ]);
});

test('names and sizes in extended headers; folders and links are no files', () => {
  const long = `${'long/'.repeat(60)}é.jpg`;
  const record = ` path=${long}\n`;
  const pax = `${Buffer.byteLength(record) + 3}${record}`;
  const content = Buffer.concat([
    tarMember('global', '11 a=b=cd\n\n', 'g'),
    tarMember('folder/', '', '5'),
    tarMember('x', pax, 'x'),
    tarMember('short', 'one'),
    tarMember('././@LongLink', `${long}2\0`, 'L'),
    tarMember('short', 'two'),
    tarMember('link', '', '2'),
    tarMember('last', 'three'),
    TAR_END,
  ]);
  writeFileSync(path, content);
  const members = readTarIndex(path);
  assert.equal(
    members.map(({ name }) => name),
    [long, `${long}2`, 'last'],
  );
  const file = readFileSync(path);
  assert.equal(
    members.map(({ offset, size }) => file.toString('utf8', offset, offset + size)),
    ['one', 'two', 'three'],
  );
});

test('what tar writes, in each of its formats', () => {
  const inside = [1, 2].map((i) => `${i}${'deep'.repeat(15)}`).join('/');
  mkdirSync(join(folder, inside), { recursive: true });
  writeFileSync(join(folder, inside, 'a.txt'), 'content');
  for (const format of ['ustar', 'pax', 'gnu']) {
    execFileSync('tar', ['--format', format, '-C', folder, '-cf', path, inside]);
    const members = readTarIndex(path);
    assert.equal(
      members.map(({ name, size }) => [name, size]),
      [[`${inside}/a.txt`, 7]],
      format,
    );
    const [{ offset } = { offset: 0 }] = members;
    assert.is(readFileSync(path).toString('utf8', offset, offset + 7), 'content', format);
  }
});

test('a broken archive is named with what is wrong', () => {
  const whole = Buffer.concat([tarMember('a.jpg', 'x'.repeat(1000)), tarMember('b.jpg', 'y'), TAR_END]);
  assert.match(
    messageFor(whole.subarray(0, 900)),
    /a\.tar: the archive is truncated: a\.jpg would end at byte 1512 of 900/,
  );
  assert.match(messageFor(whole.subarray(0, 1536)), /truncated: it has 1536 bytes and no end marker/);
  const damaged = Buffer.from(whole);
  damaged.write('zzz', 1536);
  assert.match(messageFor(damaged), /the archive is damaged: there is no header at byte 1536/);
  assert.match(messageFor(gzipSync(whole)), /truncated|compressed/);
  assert.match(messageFor(Buffer.concat([gzipSync(whole), Buffer.alloc(600)])), /compressed.*\n.*gunzip/);
  assert.match(messageFor(Buffer.alloc(600, 'a')), /a\.tar: not a tar archive/);
  assert.match(messageFor(Buffer.alloc(0)), /truncated: it has 0 bytes/);
  assert.throws(
    () => readTarIndex(join(folder, 'none.tar')),
    /none\.tar: cannot read the archive: there is no such file/,
  );
});

test.run();
