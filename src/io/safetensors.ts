import type { FileError } from '../errors.js';
import { writeAtomically, type Append } from './atomic-write.js';
import { checksum, CHECKSUMS_KEY, decodeChecksums, encodeChecksums, headerChecksum } from './checksums.js';
import { allocate, arrayTypes, bytesOf, elementCount, type HostTensor } from './host-tensor.js';
import { OpenFile, RESTORE } from './open-file.js';
import {
  decodeHeader,
  encodeHeader,
  HeaderError,
  MAX_HEADER_BYTES,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.js';
import { filledBytes, found, readAll, toSource, type TensorInfo, type TensorSource } from './tensor-source.js';

/** What a safetensors file holds; both in the order of the file's header. */
export interface SafetensorsFile {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;

/** Of a file that is only looked through. */
const VERIFIED_AT_ONCE = 4 * 2 ** 20;

/** A safetensors file whose tensors are read one at a time. */
export interface OpenSafetensors extends TensorSource {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the header of a safetensors file, ours or any other program's, in a time that does not depend on the size of the
 * tensors; these are read from the file, which must stay open, when they are asked for. Everything is checked: the
 * header's form, that the tensors cover the file exactly, and, where the file carries them (ours do), a CRC-32C of the
 * header and of every tensor that is read. Each tensor gets memory of its own, so that one can be let go while another
 * is kept.
 *
 * @throws FileError that names the file, and the tensor where one is damaged.
 */
export function openSafetensors(file: OpenFile): OpenSafetensors {
  const contents = readContents(file);
  const { tensors, metadata } = contents;
  return { tensors, metadata, read: (name) => readTensor(file, contents, name) };
}

/**
 * As {@link openSafetensors}, of a file that need not stay open: all of it is held against its checksums first, in pieces,
 * and then it is opened anew for every tensor that is asked for, which is held against its own once more.
 * @throws FileError as {@link openSafetensors}, also on damage to the tensors' values
 */
export function verifiedSafetensors(path: string): OpenSafetensors {
  return withFile(path, (file) => {
    const contents = readContents(file);
    const { tensors, metadata } = contents;
    const buffer = Buffer.alloc(VERIFIED_AT_ONCE);
    for (const name of tensors.keys()) verifyTensor(file, contents, { name, buffer });
    return { tensors, metadata, read: (name) => withFile(path, (again) => readTensor(again, contents, name)) };
  });
}

/** Reads a whole safetensors file. @throws FileError as {@link openSafetensors} */
export function readSafetensors(path: string): SafetensorsFile {
  return withFile(path, (file) => {
    const { metadata, ...source } = openSafetensors(file);
    return { tensors: readAll(source), metadata };
  });
}

/**
 * Reads names, types, shapes and metadata alone.
 * @throws FileError as {@link openSafetensors}; does not notice damage to the tensors' values.
 */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  return withFile(path, (file) => {
    const { tensors, metadata } = openSafetensors(file);
    return { entries: tensors, metadata };
  });
}

/**
 * Writes a safetensors file atomically (see {@link writeAtomically}), readable by every safetensors library, with
 * checksums in its metadata. A source is read twice, one tensor at a time: for its checksum, which stands at the
 * beginning, and to be written.
 *
 * @param previous where to keep the file that it replaces
 * @throws WriteError where the file cannot be written; what `path` held before is then untouched.
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, HostTensor> | TensorSource,
  metadata: Readonly<Record<string, string>> = {},
  previous?: string,
): void {
  const source = toSource(tensors);
  // Widest elements first: with the data starting at a multiple of 8, every tensor is then aligned to its element size.
  const width = ({ dtype }: TensorInfo): number => arrayTypes[dtype].BYTES_PER_ELEMENT;
  const inFileOrder = [...source.tensors].sort(([, a], [, b]) => width(b) - width(a));
  const placed = new Map<string, TensorEntry>();
  let end = 0;
  for (const [name, { dtype, shape }] of inFileOrder) {
    if (name === '__metadata__') throw new RangeError(`cannot write a tensor of the name '${name}'`);
    placed.set(name, { dtype, shape, offsets: [end, (end += elementCount(shape) * width({ dtype, shape }))] });
  }
  const header = { entries: placed, metadata };
  const checksums = encodeChecksums({
    header: headerChecksum(header),
    tensors: new Map(inFileOrder.map(([name]) => [name, checksum(filledBytes(source, name))])),
  });

  const json = encodeHeader({ entries: placed, metadata: { ...metadata, [CHECKSUMS_KEY]: checksums } });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length));
  const fill = (append: Append): void => {
    append(length);
    append(json);
    for (const [name] of inFileOrder) append(filledBytes(source, name));
  };
  writeAtomically(path, fill, previous);
}

/** What a file's header says. */
interface Contents extends Pick<OpenSafetensors, 'tensors' | 'metadata'> {
  /** Where the tensors begin. */
  readonly dataStart: number;
  /** By tensor; undefined where the file has none. */
  readonly checksums: ReadonlyMap<string, number> | undefined;
}

function readContents(file: OpenFile): Contents {
  const { header, dataStart } = readHeader(file);
  const { [CHECKSUMS_KEY]: stored, ...metadata } = header.metadata;
  const checksums = stored === undefined ? undefined : checkedChecksums(file, header, stored);
  return { tensors: header.entries, metadata, dataStart, checksums };
}

function readTensor(file: OpenFile, { tensors, dataStart, checksums }: Contents, name: string): HostTensor {
  const { dtype, shape, offsets } = found(tensors, name);
  const tensor = allocate(dtype, shape);
  file.read(bytesOf(tensor), dataStart + offsets[0], `tensor '${name}'`);
  if (checksums && checksum(bytesOf(tensor)) !== checksums.get(name)) throw damagedTensor(file, name);
  return tensor;
}

/** Without checksums there is nothing to hold it against, but its header has said already that the file is long enough. */
function verifyTensor(
  file: OpenFile,
  { tensors, dataStart, checksums }: Contents,
  { name, buffer }: { name: string; buffer: Buffer },
): void {
  if (!checksums) return;
  const [start, end] = found(tensors, name).offsets;
  let crc = 0;
  for (let position = start; position < end; position += buffer.length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, end - position));
    file.read(piece, dataStart + position, `tensor '${name}'`);
    crc = checksum(piece, crc);
  }
  if (crc !== checksums.get(name)) throw damagedTensor(file, name);
}

function damagedTensor(file: OpenFile, name: string): FileError {
  return file.damaged(`tensor '${name}' is damaged: its data do not match their checksum`);
}

function withFile<T>(path: string, read: (file: OpenFile) => T): T {
  const file = new OpenFile(path);
  try {
    return read(file);
  } finally {
    file.close();
  }
}

function readHeader(file: OpenFile): { header: SafetensorsHeader; dataStart: number } {
  const { size } = file;
  if (size < LENGTH_BYTES) throw file.damaged(`not a safetensors file: it has ${size} bytes`);
  const length = Number(file.bytes(0, LENGTH_BYTES).readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || length < 2) {
    throw file.damaged(`not a safetensors file: it claims a header of ${length} bytes`);
  }
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > size) {
    throw file.damaged(`truncated: its header alone takes ${dataStart} bytes, the file has ${size}`);
  }
  try {
    return { header: decodeHeader(file.bytes(LENGTH_BYTES, length), size - dataStart), dataStart };
  } catch (cause) {
    if (!(cause instanceof HeaderError)) throw cause;
    const subject = cause.tensor === undefined ? 'damaged or truncated' : `tensor '${cause.tensor}'`;
    throw file.damaged(`${subject}: ${cause.message}`);
  }
}

function checkedChecksums(file: OpenFile, header: SafetensorsHeader, stored: string): ReadonlyMap<string, number> {
  const checksums = decodeChecksums(stored);
  if (checksums?.header !== headerChecksum(header)) {
    throw file.damaged(
      'its header does not match its checksum',
      `${RESTORE}; where another program changed it on purpose, let that program drop the metadata entry '${CHECKSUMS_KEY}'`,
    );
  }
  return checksums.tensors;
}
