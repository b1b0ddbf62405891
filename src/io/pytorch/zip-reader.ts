import type { FileError } from '../../errors.js';
import type { OpenFile } from '../open-file.js';
import {
  CENTRAL_HEADER,
  ENCRYPTED_FLAG,
  END,
  FULL_16,
  FULL_32,
  LOCAL_HEADER,
  STORED,
  ZIP64_END,
  ZIP64_EXTRA,
  ZIP64_LOCATOR,
} from './zip-format.js';

export interface ZipEntry {
  readonly name: string;
  /** Where its data begin in the file. */
  readonly start: number;
  /** The bytes that they take there. */
  readonly length: number;
  /** Whether those bytes are packed, so that the data cannot be read here. */
  readonly compressed: boolean;
  /** CRC-32 of its data; undefined where the writer left it out, which PyTorch does on request. */
  readonly crc32: number | undefined;
}

/** What the directory says of an entry; where its data begin stands in its own header. */
interface DirectoryEntry extends Omit<ZipEntry, 'start'> {
  readonly headerStart: number;
}

/** A checkpoint of a thousand tensors has a directory of 100 kB. */
const MAX_DIRECTORY_BYTES = 2 ** 26;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The entries of a zip archive by name, in the directory's order, with zip64 sizes. The archive must be what PyTorch
 * writes: names plain, no two entries sharing a byte, nothing after the directory. What it compresses, a script's source
 * texts, is never unpacked: {@link storedEntry} refuses it.
 *
 * A reader of its own, because the libraries that know zip64 and random access (yauzl, zip.js) are asynchronous through
 * and through, while here a tensor is read between two lines of a synchronous load, straight into its own memory.
 *
 * @throws FileError naming the file and the entry at fault
 */
export function readZipDirectory(file: OpenFile): Map<string, ZipEntry> {
  const { count, start, length } = findDirectory(file);
  if (length > MAX_DIRECTORY_BYTES) throw file.damaged(`its zip directory claims ${length} bytes`);
  const directory = file.bytes(start, length, 'its zip directory');
  const listed: DirectoryEntry[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const next = readDirectoryEntry(file, directory, offset);
    listed.push(next.entry);
    offset = next.end;
  }
  if (offset !== length)
    throw file.damaged(`its zip directory has ${length} bytes, its ${count} entries take ${offset}`);
  return locate(file, listed, start);
}

/**
 * The entry of that name, whose bytes lie in the file as they are; undefined where there is none.
 * @throws FileError where it is compressed
 */
export function storedEntry(
  file: OpenFile,
  entries: ReadonlyMap<string, ZipEntry>,
  name: string,
): ZipEntry | undefined {
  const entry = entries.get(name);
  if (entry?.compressed === true) throw compressed(file, name);
  return entry;
}

/** The end record, and where its fields are full the zip64 one, say where the directory is. */
function findDirectory(file: OpenFile): { count: number; start: number; length: number } {
  const endStart = file.size - END.bytes;
  // Without a comment, which PyTorch does not write, the end record is at the very end.
  const end = endStart >= 0 ? file.bytes(endStart, END.bytes) : Buffer.alloc(0);
  if (end.length === 0 || end.readUInt32LE() !== END.signature || end.readUInt16LE(20) !== 0) {
    throw file.damaged('truncated or damaged: it begins as a zip archive does but does not end as one');
  }
  const short = { count: end.readUInt16LE(10), length: end.readUInt32LE(12), start: end.readUInt32LE(16) };
  const long = readZip64End(file, endStart);
  if (!long && (short.count === FULL_16 || short.start === FULL_32 || short.length === FULL_32)) {
    throw file.damaged('its zip directory has zip64 sizes, but the record of them is missing');
  }
  const found = {
    count: long && short.count === FULL_16 ? long.count : short.count,
    length: long && short.length === FULL_32 ? long.length : short.length,
    start: long && short.start === FULL_32 ? long.start : short.start,
    end: long?.recordStart ?? endStart,
  };
  const agrees = !long || (found.count === long.count && found.length === long.length && found.start === long.start);
  if (!agrees || found.start + found.length !== found.end || found.count * CENTRAL_HEADER.bytes > found.length) {
    throw file.damaged(
      `its zip directory cannot be: ${found.count} entries in ${found.length} bytes from byte ${found.start} on`,
    );
  }
  return found;
}

function readZip64End(file: OpenFile, endStart: number) {
  const locatorStart = endStart - ZIP64_LOCATOR.bytes;
  if (locatorStart < ZIP64_END.bytes) return undefined;
  const locator = file.bytes(locatorStart, ZIP64_LOCATOR.bytes);
  if (locator.readUInt32LE() !== ZIP64_LOCATOR.signature) return undefined;
  const recordStart = Number(locator.readBigUInt64LE(8));
  const record = recordStart <= locatorStart - ZIP64_END.bytes ? file.bytes(recordStart, ZIP64_END.bytes) : undefined;
  if (record?.readUInt32LE() !== ZIP64_END.signature)
    throw file.damaged('the zip64 record of its directory is damaged');
  return {
    recordStart,
    count: Number(record.readBigUInt64LE(32)),
    length: Number(record.readBigUInt64LE(40)),
    start: Number(record.readBigUInt64LE(48)),
  };
}

function readDirectoryEntry(file: OpenFile, directory: Buffer, offset: number): { entry: DirectoryEntry; end: number } {
  const header = directory.subarray(offset, offset + CENTRAL_HEADER.bytes);
  if (header.length < CENTRAL_HEADER.bytes || header.readUInt32LE() !== CENTRAL_HEADER.signature) {
    throw file.damaged('its zip directory is damaged');
  }
  const nameEnd = CENTRAL_HEADER.bytes + header.readUInt16LE(28);
  const extraEnd = nameEnd + header.readUInt16LE(30);
  const end = offset + extraEnd + header.readUInt16LE(32);
  if (end > directory.length) throw file.damaged('its zip directory is damaged');
  const name = checkedName(file, directory.subarray(offset + CENTRAL_HEADER.bytes, offset + nameEnd));
  if (header.readUInt16LE(8) & ENCRYPTED_FLAG) throw file.damaged(`its entry ${name} is encrypted`);
  const compressed = header.readUInt16LE(10) !== STORED;

  const extra = zip64Extra(directory.subarray(offset + nameEnd, offset + extraEnd));
  const wide = (field: number): number => {
    if (field !== FULL_32) return field;
    const value = extra.shift();
    if (value === undefined) throw file.damaged(`its entry ${name} has a zip64 size, but the field of it is missing`);
    return value;
  };
  const unpacked = wide(header.readUInt32LE(24));
  const length = wide(header.readUInt32LE(20));
  const headerStart = wide(header.readUInt32LE(42));
  if (!compressed && length !== unpacked) {
    throw file.damaged(`its entry ${name} is stored in ${length} bytes, but claims ${unpacked}`);
  }
  const crc32 = header.readUInt32LE(16);
  return { entry: { name, headerStart, length, compressed, crc32: crc32 === 0 ? undefined : crc32 }, end };
}

/** The numbers of the zip64 extra field, in the order of the fields they stand for. */
function zip64Extra(extra: Buffer): number[] {
  for (let offset = 0; offset + 4 <= extra.length;) {
    const end = offset + 4 + extra.readUInt16LE(offset + 2);
    if (extra.readUInt16LE(offset) === ZIP64_EXTRA && end <= extra.length) {
      const fields = extra.subarray(offset + 4, end);
      return Array.from({ length: Math.floor(fields.length / 8) }, (_, i) => Number(fields.readBigUInt64LE(8 * i)));
    }
    offset = end;
  }
  return [];
}

function checkedName(file: OpenFile, bytes: Uint8Array): string {
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch {
    throw file.damaged('the name of an entry of it is not UTF-8');
  }
  const parts = name.split('/');
  if (/[\\\0]/.test(name) || /^[a-z]:/i.test(name) || parts.some((part) => part === '' || part === '..')) {
    throw file.damaged(`its entry ${JSON.stringify(name)} has a name that leads out of the archive`);
  }
  return name;
}

/** Finds each entry's data behind its own header, and sees to it that no two entries share a byte. */
function locate(file: OpenFile, listed: readonly DirectoryEntry[], dataEnd: number): Map<string, ZipEntry> {
  const found = new Map<string, Pick<ZipEntry, 'start' | 'compressed'>>();
  let previous = { name: '', end: 0 };
  for (const entry of listed.toSorted((a, b) => a.headerStart - b.headerStart)) {
    const { name, headerStart, length } = entry;
    if (found.has(name)) throw file.damaged(`it has two entries of the name ${name}`);
    if (headerStart < previous.end) throw file.damaged(`its entries ${previous.name} and ${name} overlap`);
    const { start, compressed } = readLocalHeader(file, entry, dataEnd);
    if (start + length > dataEnd) {
      throw file.damaged(`its entry ${name} ends at byte ${start + length}, where only ${dataEnd} are for data`);
    }
    found.set(name, { start, compressed: compressed || entry.compressed });
    previous = { name, end: start + length };
  }
  return new Map(
    listed.map(({ name, length, crc32 }) => {
      const { start = 0, compressed = true } = found.get(name) ?? {};
      return [name, { name, start, length, compressed, crc32 }];
    }),
  );
}

function readLocalHeader(file: OpenFile, { name, headerStart }: DirectoryEntry, dataEnd: number) {
  const nameLength = Buffer.byteLength(name);
  const nameStart = headerStart + LOCAL_HEADER.bytes;
  if (nameStart + nameLength > dataEnd) throw file.damaged(`its entry ${name} begins at byte ${headerStart}`);
  const header = file.bytes(headerStart, LOCAL_HEADER.bytes + nameLength, `its entry ${name}`);
  const ownName = header.toString('utf8', LOCAL_HEADER.bytes);
  if (header.readUInt32LE() !== LOCAL_HEADER.signature || header.readUInt16LE(26) !== nameLength || ownName !== name) {
    throw file.damaged(`the header of its entry ${name} is damaged`);
  }
  return {
    start: nameStart + nameLength + header.readUInt16LE(28),
    compressed: header.readUInt16LE(8) !== STORED,
  };
}

function compressed(file: OpenFile, name: string): FileError {
  return file.damaged(
    `its entry ${name} is compressed, which torch.save never does`,
    'unpack it and pack it again without compression (zip -0), or load and save it in PyTorch',
  );
}
