import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FileError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';

/** The content of an IDX file of bytes, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads a file in the IDX format of MNIST (http://yann.lecun.com/exdb/mnist/), plain or gzipped: two zero bytes, the
 * element type, the number of axes, each axis as a big-endian 32-bit integer, then the elements.
 *
 * @param axes how many axes the caller expects.
 * @throws FileError that names the file: absent, truncated, with bytes left over, or something else altogether.
 */
export function readIdx(path: string, axes: number): IdxArray {
  const file = readPlainOrGzipped(path);
  const fail = (problem: string): never => {
    throw new FileError({ where: path, problem, remedy: 'download the file again' });
  };
  const dataStart = 4 + 4 * axes;
  if (file.length < dataStart) return fail(`not an IDX file: it has ${file.length} bytes`);
  const magic = file.readUInt32BE();
  const expected = (UNSIGNED_BYTE << 8) | axes;
  if (magic !== expected) {
    return fail(`not an IDX file of bytes with ${axes} axes: it starts with ${hex(magic)}, not ${hex(expected)}`);
  }
  const shape = Array.from({ length: axes }, (_, axis) => file.readUInt32BE(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (file.length !== dataStart + size) {
    const what = file.length < dataStart + size ? 'truncated' : 'damaged';
    return fail(`${what}: [${shape.join(', ')}] takes ${size} bytes of data, it has ${file.length - dataStart}`);
  }
  return { shape, data: file.subarray(dataStart) };
}

function readPlainOrGzipped(path: string): Buffer {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw fileProblem(path, 'read', cause);
  }
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  try {
    return gunzipSync(file);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(
      { where: path, problem: `cannot unpack: ${detail}`, remedy: 'download the file again' },
      { cause },
    );
  }
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
