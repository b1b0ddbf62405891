import { readFileSync } from 'node:fs';
import { FileError } from '../errors.js';
import { elementCount } from './host-tensor.js';
import { fileProblem } from './file-problems.js';

export interface NpyIntegers {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Int32Array;
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
  const fail = (problem: string, remedy = 'save the array again with numpy.save'): never => {
    throw new FileError({ where: path, problem, remedy });
  };
  if (file.length < 12 || !file.subarray(0, 6).equals(MAGIC)) return fail('not an .npy file of NumPy');
  const [headerStart, headerBytes] = file[6] === 1 ? [10, file.readUInt16LE(8)] : [12, file.readUInt32LE(8)];
  const dataStart = headerStart + headerBytes;
  const header = file.toString('latin1', headerStart, dataStart);
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (dataStart > file.length || descr === undefined || axes === undefined) return fail('its header is damaged');
  const element = Object.hasOwn(elements, descr) ? elements[descr] : undefined;
  if (!element) return fail(`its elements are of type ${descr}, not integers`, "save array.astype('int64')");
  const shape = [...axes.matchAll(/\d+/g)].map(([length]) => Number(length));
  if (/'fortran_order':\s*True/.test(header) && shape.length > 1) {
    return fail("it is in Fortran's order", 'save numpy.ascontiguousarray(array)');
  }
  const [bytes, read] = element;
  const size = elementCount(shape);
  if (file.length !== dataStart + bytes * size) {
    return fail(`[${shape.join(', ')}] takes ${bytes * size} bytes of data, it has ${file.length - dataStart}`);
  }
  const view = new DataView(file.buffer, file.byteOffset + dataStart, bytes * size);
  const values = Int32Array.from({ length: size }, (_, i) => {
    const value = Number(read(view, bytes * i));
    return value === (value | 0) ? value : fail(`element ${i} is ${value}, which takes more than 32 bits`);
  });
  return { shape, values };
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileProblem(path, 'read', cause);
  }
}
