import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError, UserError } from '../errors.js';
import { writeAtomically } from './atomic-write.js';
import { checksum, CHECKSUMS_KEY, decodeChecksums, encodeChecksums, headerChecksum } from './checksums.js';
import { fileProblem } from './file-problems.js';
import { arrayTypes, bytesOf, elementCount, type HostTensor } from './host-tensor.js';
import {
  decodeHeader,
  encodeHeader,
  HeaderError,
  MAX_HEADER_BYTES,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.js';

/** What a safetensors file holds; both in the order of the file's header. */
export interface SafetensorsFile {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
const restore = 'download the file again, or take an older checkpoint';

/**
 * Reads a safetensors file, ours or any other program's. Everything is checked: the header's form, that the tensors
 * cover the file exactly, and, where the file carries them (ours do), a CRC-32C of every tensor and of the header.
 * Each tensor gets memory of its own, so that one can be let go while another is kept.
 *
 * @throws FileError that names the file, and the tensor where one is damaged.
 */
export function readSafetensors(path: string): SafetensorsFile {
  return withFile(path, (file) => {
    const { header, dataStart } = readHeader(path, file);
    const { [CHECKSUMS_KEY]: stored, ...metadata } = header.metadata;
    const checksums = stored === undefined ? undefined : checkedChecksums(path, header, stored);
    const tensors = new Map<string, HostTensor>();
    for (const [name, entry] of header.entries) {
      const tensor = readTensor(path, file, name, entry, dataStart);
      const expected = checksums?.get(name);
      if (checksums && checksum(bytesOf(tensor)) !== expected) {
        throw damaged(path, `tensor '${name}' is damaged: its data do not match their checksum`);
      }
      tensors.set(name, tensor);
    }
    return { tensors, metadata };
  });
}

/**
 * Reads names, types, shapes and metadata alone, in a time that does not depend on the size of the tensors.
 * @throws FileError as {@link readSafetensors}, but does not notice damage to the tensors' values.
 */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  return withFile(path, (file) => {
    const { header } = readHeader(path, file);
    const { [CHECKSUMS_KEY]: stored, ...metadata } = header.metadata;
    if (stored !== undefined) checkedChecksums(path, header, stored);
    return { entries: header.entries, metadata };
  });
}

/**
 * Writes a safetensors file atomically (see {@link writeAtomically}), readable by every safetensors library, with
 * checksums in its metadata.
 *
 * @throws FileError where the file cannot be written; what `path` held before is then untouched.
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  // Widest elements first: with the data starting at a multiple of 8, every tensor is then aligned to its element size.
  const inFileOrder = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const placed = new Map<string, TensorEntry>();
  let end = 0;
  for (const [name, { dtype, shape, data }] of inFileOrder) {
    if (name === '__metadata__' || data.length !== elementCount(shape)) {
      throw new RangeError(`cannot write tensor '${name}': ${data.length} values for shape [${shape.join(', ')}]`);
    }
    placed.set(name, { dtype, shape, offsets: [end, (end += data.byteLength)] });
  }
  const header = { entries: placed, metadata };
  const checksums = encodeChecksums({
    header: headerChecksum(header),
    tensors: new Map(inFileOrder.map(([name, tensor]) => [name, checksum(bytesOf(tensor))])),
  });

  const json = encodeHeader({ entries: placed, metadata: { ...metadata, [CHECKSUMS_KEY]: checksums } });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length));
  writeAtomically(path, (append) => {
    append(length);
    append(json);
    for (const [, tensor] of inFileOrder) append(bytesOf(tensor));
  });
}

function withFile<T>(path: string, read: (file: number) => T): T {
  try {
    const file = openSync(path, 'r');
    try {
      return read(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw fileProblem(path, 'read', cause);
  }
}

function readHeader(path: string, file: number): { header: SafetensorsHeader; dataStart: number } {
  const { size } = fstatSync(file);
  if (size < LENGTH_BYTES) throw damaged(path, `not a safetensors file: it has ${size} bytes`);
  const lengthBytes = Buffer.alloc(LENGTH_BYTES);
  readFully(path, file, lengthBytes, 0);
  const length = Number(lengthBytes.readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || length < 2) {
    throw damaged(path, `not a safetensors file: it claims a header of ${length} bytes`);
  }
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > size) {
    throw damaged(path, `truncated: its header alone takes ${dataStart} bytes, the file has ${size}`);
  }
  const json = Buffer.alloc(length);
  readFully(path, file, json, LENGTH_BYTES);
  try {
    return { header: decodeHeader(json, size - dataStart), dataStart };
  } catch (cause) {
    if (!(cause instanceof HeaderError)) throw cause;
    const subject = cause.tensor === undefined ? 'damaged or truncated' : `tensor '${cause.tensor}'`;
    throw damaged(path, `${subject}: ${cause.message}`);
  }
}

function checkedChecksums(path: string, header: SafetensorsHeader, stored: string): ReadonlyMap<string, number> {
  const checksums = decodeChecksums(stored);
  if (checksums?.header !== headerChecksum(header)) {
    throw damaged(
      path,
      'its header does not match its checksum',
      `${restore}; where another program changed it on purpose, let that program drop the metadata entry '${CHECKSUMS_KEY}'`,
    );
  }
  return checksums.tensors;
}

function readTensor(path: string, file: number, name: string, entry: TensorEntry, dataStart: number): HostTensor {
  const { dtype, shape, offsets } = entry;
  const tensor = { dtype, shape, data: new arrayTypes[dtype](elementCount(shape)) } as HostTensor;
  readFully(path, file, bytesOf(tensor), dataStart + offsets[0], name);
  return tensor;
}

/** Fills `bytes` from the file; one system call reads at most 2 GiB. */
function readFully(path: string, file: number, bytes: Uint8Array, position: number, tensor?: string): void {
  for (let offset = 0; offset < bytes.length;) {
    const count = readSync(file, bytes, offset, Math.min(bytes.length - offset, 2 ** 30), position + offset);
    if (count === 0) throw damaged(path, `truncated${tensor === undefined ? '' : ` inside tensor '${tensor}'`}`);
    offset += count;
  }
}

function damaged(path: string, problem: string, remedy = restore): FileError {
  return new FileError({ where: path, problem, remedy });
}
