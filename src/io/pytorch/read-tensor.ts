import { crc32 } from '@node-rs/crc32';
import { allocate, bytesOf, elementCount, type HostDType, type HostTensor } from '../host-tensor.js';
import type { OpenFile } from '../open-file.js';
import { gather } from './gather.js';
import type { TensorRecord } from './tensor-record.js';

/** Small enough to be still in the processor's cache when its checksum is taken. */
const PIECE = 2 ** 20;

/** Where the bytes of a storage lie in its file. */
export interface StorageBytes {
  readonly start: number;
  readonly length: number;
  /** CRC-32 of all of them, where the file has one. */
  readonly crc32: number | undefined;
}

/** Reads tensors out of storages, and takes each storage's checksum when the first of its tensors is read. */
export class TensorReader {
  readonly #file: OpenFile;
  readonly #verified = new Set<number>();

  constructor(file: OpenFile) {
    this.#file = file;
  }

  /**
   * A tensor in row-major order, in memory of its own.
   * @param dtype that of its elements
   * @throws FileError where its storage does not match its checksum
   */
  read(name: string, record: TensorRecord, dtype: HostDType, bytes: StorageBytes): HostTensor {
    const { shape, strides, storage } = record;
    const tensor = allocate(dtype, shape);
    const target = bytesOf(tensor);
    const width = record.elements.bytes;
    const start = bytes.start + storage.viewOffset * storage.elements.bytes + record.offset * width;
    const isWhole = start === bytes.start && target.length === bytes.length;
    if (record.isContiguous && isWhole) {
      this.#readVerified(name, target, bytes);
      return tensor;
    }
    if (!this.#verified.has(bytes.start)) this.#verify(name, bytes);
    if (elementCount(shape) === 0) return tensor;
    if (record.isContiguous) {
      this.#file.read(target, start, `tensor '${name}'`);
      return tensor;
    }
    const span = allocate(dtype, [record.span]);
    this.#file.read(bytesOf(span), start, `tensor '${name}'`);
    gather(span.data, tensor.data, shape, strides);
    return tensor;
  }

  #readVerified(name: string, target: Uint8Array, { start, crc32: expected }: StorageBytes): void {
    let checksum = 0;
    for (let offset = 0; offset < target.length; offset += PIECE) {
      const piece = target.subarray(offset, offset + PIECE);
      this.#file.read(piece, start + offset, `tensor '${name}'`);
      if (expected !== undefined) checksum = crc32(piece, checksum);
    }
    this.#compare(name, checksum, expected);
    this.#verified.add(start);
  }

  /** Takes the checksum of a storage of which only a part is wanted. */
  #verify(name: string, { start, length, crc32: expected }: StorageBytes): void {
    if (expected !== undefined) {
      const piece = Buffer.alloc(Math.min(PIECE, length));
      let checksum = 0;
      for (let offset = 0; offset < length; offset += piece.length) {
        const part = piece.subarray(0, Math.min(piece.length, length - offset));
        this.#file.read(part, start + offset, `tensor '${name}'`);
        checksum = crc32(part, checksum);
      }
      this.#compare(name, checksum, expected);
    }
    this.#verified.add(start);
  }

  #compare(name: string, found: number, expected: number | undefined): void {
    if (expected !== undefined && found !== expected) {
      throw this.#file.damaged(`tensor '${name}' is damaged: its data do not match their checksum`);
    }
  }
}
