import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { npy } from '../../test/support/npy.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { readNpyIntegers } from './npy.js';

const path = join(temporaryFolder(), 'array.npy');

function read(content: Uint8Array): ReturnType<typeof readNpyIntegers> {
  writeFileSync(path, content);
  return readNpyIntegers(path);
}

/** What `numpy.save` (1.24.2) wrote of `np.array([[1, -2, 300]])`, byte for byte. */
const bySave =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAP7/////////LAEAAAAAAAA=';

test('reads what numpy.save writes', () => {
  const { shape, values } = read(Buffer.from(bySave, 'base64'));
  assert.equal(shape, [1, 3]);
  assert.equal([...values], [1, -2, 300]);
});

test('integers of every width, a scalar, an empty list, a later version of the format', () => {
  for (const descr of ['|i1', '<i2', '<i4', '<i8']) {
    assert.equal([...read(npy([5, -7, 100], [3], { descr })).values], [5, -7, 100], descr);
  }
  assert.equal(read(npy([9], [])), { shape: [], values: Int32Array.of(9) });
  assert.equal(read(npy([])), { shape: [0], values: new Int32Array() });
  const version1 = npy([4, 2]);
  const version2 = Buffer.concat([
    version1.subarray(0, 6),
    Buffer.of(2, 0, version1[8] ?? 0, version1[9] ?? 0, 0, 0),
    version1.subarray(10),
  ]);
  assert.equal([...read(version2).values], [4, 2]);
});

test('names the file and what is wrong with it', () => {
  const message = (content: Uint8Array): string => {
    try {
      read(content);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const whole = npy([1, 2]);
  assert.ok(message(Buffer.from('PK\x03\x04 and so on')).startsWith(`${path}: not an .npy file of NumPy`));
  assert.match(message(whole.subarray(0, 40)), 'its header is damaged');
  assert.match(message(whole.subarray(0, -1)), '[2] takes 16 bytes of data, it has 15');
  assert.match(message(Buffer.concat([whole, whole])), 'takes 16 bytes of data, it has');
  assert.match(message(npy([1], [1], { descr: '<f8' })), 'its elements are of type <f8, not integers');
  assert.match(message(npy([1, 2], [1, 2], { fortranOrder: true })), "it is in Fortran's order");
  assert.match(message(npy([2 ** 40])), 'element 0 is 1099511627776, which takes more than 32 bits');
  assert.match(message(npy([], [2 ** 40])), 'takes 8796093022208 bytes of data, it has 0');
});

test.run();
