import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { readIdx } from './idx.js';

const folder = temporaryFolder();
const path = join(folder, 'file');
const twoByThree = Buffer.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]);

function messageFor(content: Uint8Array, axes = 2): string {
  writeFileSync(path, content);
  try {
    readIdx(path, axes);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('reads plain and gzipped files', () => {
  for (const content of [twoByThree, gzipSync(twoByThree)]) {
    writeFileSync(path, content);
    const { shape, data } = readIdx(path, 2);
    assert.equal(shape, [2, 3]);
    assert.equal([...data], [1, 2, 3, 4, 5, 255]);
  }
});

test('names the file and what is wrong with it', () => {
  assert.ok(
    messageFor(twoByThree.subarray(0, 17)).startsWith(`${path}: truncated: [2, 3] takes 6 bytes of data, it has 5`),
  );
  assert.match(
    messageFor(Buffer.concat([twoByThree, Buffer.of(0)])),
    'damaged: [2, 3] takes 6 bytes of data, it has 7',
  );
  assert.match(messageFor(twoByThree.subarray(0, 7)), 'not an IDX file: it has 7 bytes');
  assert.match(messageFor(twoByThree, 1), 'with 1 axes: it starts with 0x00000802, not 0x00000801');
  assert.match(messageFor(Buffer.from('<html>404 not found</html>')), 'it starts with 0x3c68746d');
  assert.match(messageFor(gzipSync(twoByThree).subarray(0, 20)), 'cannot unpack: unexpected end of file');
  assert.throws(() => readIdx(join(folder, 'absent'), 1), /absent: cannot read: there is no such file/);
});

test.run();
