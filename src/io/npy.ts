import { readFileSync } from 'node:fs';
import { FileError } from '../errors.js';
import { elementCount } from './host-tensor.js';
import { fileProblem } from './file-problems.js';

export interface NpyIntegers {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Int32Array;
}

export interface NpyBytes {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Uint8Array;
}

type ReadElement = (view: DataView, offset: number) => number | bigint;

/** NumPy's names of the integer types of up to 64 bits, little-endian, and how to read one element. */
const elements: Readonly<Record<string, readonly [bytes: number, read: ReadElement]>> = {
  '|i1': [1, (view, offset) => view.getInt8(offset)],
  '|u1': [1, (view, offset) => view.getUint8(offset)],
  '<i2': [2, (view, offset) => view.getInt16(offset, true)],
  '<u2': [2, (view, offset) => view.getUint16(offset, true)],
  '<i4': [4, (view, offset) => view.getInt32(offset, true)],
  '<u4': [4, (view, offset) => view.getUint32(offset, true)],
  '<i8': [8, (view, offset) => view.getBigInt64(offset, true)],
  '<u8': [8, (view, offset) => view.getBigUint64(offset, true)],
};

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/**
 * Reads an array of integers as `numpy.save` writes it, format versions 1 to 3
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 *
 * @throws FileError that names the file: absent, truncated, with bytes left over, of another type than integers, of
 *   Fortran's order with more than one axis, or with a value that 32 bits cannot hold
 */
export function readNpyIntegers(path: string): NpyIntegers {
  const file = readWhole(path);
  const { descr, shape, dataStart } = headerOf(path, file);
  const element = Object.hasOwn(elements, descr) ? elements[descr] : undefined;
  if (!element) throw problem(path, `its elements are of type ${descr}, not integers`, "save array.astype('int64')");
  const [bytes, read] = element;
  const data = dataOf(path, file, dataStart, shape, bytes);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = Int32Array.from({ length: elementCount(shape) }, (_, i) => {
    const value = Number(read(view, bytes * i));
    if (value === (value | 0)) return value;
    throw problem(path, `element ${i} is ${value}, which takes more than 32 bits`);
  });
  return { shape, values };
}

/**
 * The array of unsigned bytes in the content of an `.npy` file; its values are the file's own memory.
 * @param path for messages
 * @throws FileError as {@link readNpyIntegers}, and where it is of any other type than `uint8`
 */
export function npyBytes(path: string, file: Buffer): NpyBytes {
  const { descr, shape, dataStart } = headerOf(path, file);
  if (descr !== '|u1') {
    throw problem(path, `its elements are of type ${descr}, not bytes`, "save array.astype('uint8')");
  }
  return { shape, values: dataOf(path, file, dataStart, shape, 1) };
}

interface NpyHeader {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly dataStart: number;
}

function headerOf(path: string, file: Buffer): NpyHeader {
  if (file.length < 12 || !file.subarray(0, 6).equals(MAGIC)) throw problem(path, 'not an .npy file of NumPy');
  const [headerStart, headerBytes] = file[6] === 1 ? [10, file.readUInt16LE(8)] : [12, file.readUInt32LE(8)];
  const dataStart = headerStart + headerBytes;
  const header = file.toString('latin1', headerStart, dataStart);
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (dataStart > file.length || descr === undefined || axes === undefined) {
    throw problem(path, 'its header is damaged');
  }
  const shape = [...axes.matchAll(/\d+/g)].map(([length]) => Number(length));
  if (/'fortran_order':\s*True/.test(header) && shape.length > 1) {
    throw problem(path, "it is in Fortran's order", 'save numpy.ascontiguousarray(array)');
  }
  return { descr, shape, dataStart };
}

function dataOf(path: string, file: Buffer, start: number, shape: readonly number[], bytes: number): Buffer {
  const size = bytes * elementCount(shape);
  if (file.length === start + size) return file.subarray(start);
  throw problem(path, `[${shape.join(', ')}] takes ${size} bytes of data, it has ${file.length - start}`);
}

function problem(path: string, text: string, remedy = 'save the array again with numpy.save'): FileError {
  return new FileError({ where: path, problem: text, remedy });
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileProblem(path, 'read', cause);
  }
}
