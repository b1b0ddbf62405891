import { crc32 } from '@node-rs/crc32';
import type { Append } from '../atomic-write.js';
import {
  CENTRAL_HEADER,
  END,
  FULL_16,
  FULL_32,
  LOCAL_HEADER,
  STORED,
  UTF8_FLAG,
  ZIP64_END,
  ZIP64_EXTRA,
  ZIP64_LOCATOR,
} from './zip-format.js';

/** Data begin at multiples of this, as PyTorch's do, so that they can be mapped into memory. */
const ALIGNMENT = 64;
/** The id of the extra field that PyTorch fills up with. */
const PADDING_EXTRA = 0x4246;

/** Versions of the format that a reader needs: 2.0, or 4.5 for zip64. */
const VERSION = 20;
const VERSION_ZIP64 = 45;

/** The first day of the format's calendar: the same weights make the same file. */
const DATE = 0x0021;

/** The most that one call of the checksum library takes. */
const PIECE = 2 ** 30;

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly length: number;
  readonly start: number;
}

/** Writes a zip archive of stored entries from beginning to end; entries and archives over 4 GB become zip64. */
export class ZipWriter {
  readonly #append: Append;
  readonly #entries: Written[] = [];
  #position = 0;

  constructor(append: Append) {
    this.#append = append;
  }

  add(name: string, data: Uint8Array): void {
    const entry = { name: Buffer.from(name), crc: checksum(data), length: data.length, start: this.#position };
    this.#write(localHeader(entry));
    this.#write(data);
    this.#entries.push(entry);
  }

  /** Writes the directory; nothing may be added after it. */
  finish(): void {
    const start = this.#position;
    for (const entry of this.#entries) this.#write(centralHeader(entry));
    const directory = { count: this.#entries.length, length: this.#position - start, start };
    if (directory.count >= FULL_16 || directory.length >= FULL_32 || start >= FULL_32) this.#write(zip64End(directory));
    this.#write(endRecord(directory));
  }

  #write(bytes: Uint8Array): void {
    this.#append(bytes);
    this.#position += bytes.length;
  }
}

function checksum(data: Uint8Array): number {
  let crc = 0;
  for (let offset = 0; offset < data.length; offset += PIECE) crc = crc32(data.subarray(offset, offset + PIECE), crc);
  return crc;
}

function localHeader({ name, crc, length, start }: Written): Buffer {
  const isLong = length >= FULL_32;
  const sizes = isLong ? zip64Extra([length, length]) : Buffer.alloc(0);
  const unpadded = start + LOCAL_HEADER.bytes + name.length + sizes.length;
  // The field that fills up has 4 bytes of its own.
  const padding = Buffer.alloc(4 + ((2 * ALIGNMENT - ((unpadded + 4) % ALIGNMENT)) % ALIGNMENT));
  padding.writeUInt16LE(PADDING_EXTRA);
  padding.writeUInt16LE(padding.length - 4, 2);
  const header = Buffer.alloc(LOCAL_HEADER.bytes);
  header.writeUInt32LE(LOCAL_HEADER.signature);
  header.writeUInt16LE(isLong ? VERSION_ZIP64 : VERSION, 4);
  header.writeUInt16LE(UTF8_FLAG, 6);
  header.writeUInt16LE(STORED, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(isLong ? FULL_32 : length, 18);
  header.writeUInt32LE(isLong ? FULL_32 : length, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(sizes.length + padding.length, 28);
  return Buffer.concat([header, name, sizes, padding]);
}

function centralHeader({ name, crc, length, start }: Written): Buffer {
  const long = [...(length >= FULL_32 ? [length, length] : []), ...(start >= FULL_32 ? [start] : [])];
  const extra = long.length > 0 ? zip64Extra(long) : Buffer.alloc(0);
  const version = long.length > 0 ? VERSION_ZIP64 : VERSION;
  const header = Buffer.alloc(CENTRAL_HEADER.bytes);
  header.writeUInt32LE(CENTRAL_HEADER.signature);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(version, 6);
  header.writeUInt16LE(UTF8_FLAG, 8);
  header.writeUInt16LE(STORED, 10);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(Math.min(length, FULL_32), 20);
  header.writeUInt32LE(Math.min(length, FULL_32), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(Math.min(start, FULL_32), 42);
  return Buffer.concat([header, name, extra]);
}

function zip64Extra(fields: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * fields.length);
  extra.writeUInt16LE(ZIP64_EXTRA);
  extra.writeUInt16LE(8 * fields.length, 2);
  fields.forEach((field, i) => extra.writeBigUInt64LE(BigInt(field), 4 + 8 * i));
  return extra;
}

interface Directory {
  readonly count: number;
  readonly length: number;
  readonly start: number;
}

function zip64End({ count, length, start }: Directory): Buffer {
  const record = Buffer.alloc(ZIP64_END.bytes);
  record.writeUInt32LE(ZIP64_END.signature);
  // The record's size without the signature and this field.
  record.writeBigUInt64LE(BigInt(ZIP64_END.bytes - 12), 4);
  record.writeUInt16LE(VERSION_ZIP64, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(ZIP64_LOCATOR.bytes);
  locator.writeUInt32LE(ZIP64_LOCATOR.signature);
  locator.writeBigUInt64LE(BigInt(start + length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

function endRecord({ count, length, start }: Directory): Buffer {
  const end = Buffer.alloc(END.bytes);
  end.writeUInt32LE(END.signature);
  end.writeUInt16LE(Math.min(count, FULL_16), 8);
  end.writeUInt16LE(Math.min(count, FULL_16), 10);
  end.writeUInt32LE(Math.min(length, FULL_32), 12);
  end.writeUInt32LE(Math.min(start, FULL_32), 16);
  return end;
}
