import type { OpenFile } from '../open-file.js';
import { PickleError } from './pickle-values.js';

const PAGE = 2 ** 16;

/** Longest line of an opcode that takes text: a number or a name. */
const MAX_LINE = 4096;

/** Longest text or bytes: tensors lie outside of pickles. */
const MAX_VALUE = 2 ** 28;

/**
 * Reads a part of a file from its beginning on, page by page: the legacy format does not say where a pickle ends, and
 * gigabytes may follow it. A length is believed only as far as there are bytes, before anything is allocated.
 */
export class ByteReader {
  #page: Buffer = Buffer.alloc(0);
  /** Where the page begins in the file. */
  #pageStart: number;
  #offset = 0;

  /** @param end the byte after the last one that may be read */
  constructor(
    readonly file: OpenFile,
    start: number,
    readonly end: number,
  ) {
    this.#pageStart = start;
  }

  /** The place of the next byte in the file. */
  get position(): number {
    return this.#pageStart + this.#offset;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  uint8(): number {
    return this.#next(1).readUInt8();
  }

  uint16(): number {
    return this.#next(2).readUInt16LE();
  }

  int32(): number {
    return this.#next(4).readInt32LE();
  }

  uint32(): number {
    return this.#next(4).readUInt32LE();
  }

  /** A length of 8 bytes; no file is longer than a double can say exactly. */
  uint64(): number {
    return Number(this.#next(8).readBigUInt64LE());
  }

  float64(): number {
    return this.#next(8).readDoubleBE();
  }

  /** A copy of the next bytes. @throws PickleError where there are fewer, allocating nothing */
  bytes(length: number): Buffer {
    if (length < 0 || length > MAX_VALUE || length > this.remaining) {
      throw new PickleError(`it claims a value of ${length} bytes, where only ${Math.max(0, this.remaining)} follow`);
    }
    if (length <= PAGE) return Buffer.from(this.#next(length));
    const position = this.position;
    const bytes = this.file.bytes(position, length);
    this.#pageStart = position + length;
    this.#offset = 0;
    this.#page = Buffer.alloc(0);
    return bytes;
  }

  /** The bytes up to the end of the line, which is passed over. */
  line(): Buffer {
    this.#fill(Math.min(MAX_LINE, this.remaining));
    const length = this.#page.indexOf(0x0a, this.#offset) - this.#offset;
    if (length < 0 || length > MAX_LINE) throw new PickleError('a line in it has no end');
    const line = this.bytes(length);
    this.#offset += 1;
    return line;
  }

  /** The next bytes, valid until the next call. */
  #next(length: number): Buffer {
    if (length > this.remaining) throw new PickleError('it ends in the middle');
    this.#fill(length);
    const start = this.#offset;
    this.#offset += length;
    return this.#page.subarray(start, this.#offset);
  }

  /** Sees to it that `length` bytes from the offset on, which exist, are in the page. */
  #fill(length: number): void {
    if (this.#offset + length <= this.#page.length) return;
    const position = this.position;
    this.#page = this.file.bytes(position, Math.min(PAGE, this.end - position));
    this.#pageStart = position;
    this.#offset = 0;
  }
}
