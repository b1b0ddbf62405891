import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError } from '../errors.js';
import { fileProblem } from './file-problems.js';

/** One system call reads at most 2 GiB. */
const MOST_AT_ONCE = 2 ** 30;

/** What helps against a file that is not whole. */
export const RESTORE = 'download the file again, or take an older checkpoint';

/**
 * A file open for reading at any place: what is read goes straight into the memory that will hold it. Node maps no
 * files into memory; this way nothing is held twice either, and nothing is held that nobody asks for.
 */
export class OpenFile {
  readonly size: number;
  readonly #descriptor: number;

  /** @throws FileError where it cannot be opened */
  constructor(readonly path: string) {
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (cause) {
      throw fileProblem(path, 'read', cause);
    }
    const stats = fstatSync(this.#descriptor);
    this.size = stats.size;
    if (stats.isFile()) return;
    this.close();
    throw new FileError({
      where: path,
      problem: stats.isDirectory() ? 'cannot read: it is a folder, not a file' : 'cannot read: it is no regular file',
      remedy: 'give the path of a file',
    });
  }

  /**
   * Fills `bytes` from the file, from the byte `position` on.
   * @param part what is read, for messages: `tensor 'x'`.
   * @throws FileError where the file ends before
   */
  read(bytes: Uint8Array, position: number, part?: string): void {
    for (let offset = 0; offset < bytes.length;) {
      const length = Math.min(bytes.length - offset, MOST_AT_ONCE);
      const count = this.#readSome(bytes, offset, length, position + offset);
      if (count === 0) throw this.damaged(`truncated${part === undefined ? '' : ` inside ${part}`}`);
      offset += count;
    }
  }

  /** The `length` bytes from `position` on. @throws FileError as {@link read} */
  bytes(position: number, length: number, part?: string): Buffer {
    const bytes = Buffer.alloc(length);
    this.read(bytes, position, part);
    return bytes;
  }

  /** An error that says this file is not whole, or not what it claims to be. */
  damaged(problem: string, remedy = RESTORE): FileError {
    return new FileError({ where: this.path, problem, remedy });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #readSome(bytes: Uint8Array, offset: number, length: number, position: number): number {
    try {
      return readSync(this.#descriptor, bytes, offset, length, position);
    } catch (cause) {
      throw fileProblem(this.path, 'read', cause);
    }
  }
}
