import { open, type RootDatabase } from 'lmdb';
import type { FileError } from '../errors.js';
import { fileProblem } from './file-problems.js';
import { elementCount } from './host-tensor.js';
import { makeFolder } from './make-folder.js';

/** Float32 values in row-major order. */
export interface CachedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const KEEP_ADVICE = 'free space there or choose another folder; the cache may be deleted at any time';

/**
 * Tensors kept on a disk under keys that say what they were computed from: a database that several processes may use at
 * once and that is whole whenever they are killed. It lies on this machine's own disk: file systems of a network do not
 * lock as it needs.
 */
export class TensorCache {
  readonly #database: RootDatabase<Buffer, Buffer>;
  /** Put, and not in the database yet: by their keys in hexadecimal. */
  readonly #underway = new Map<string, CachedTensor>();
  /** What went wrong with something that was put, which nobody waits for. */
  #failure: FileError | undefined;

  /** @throws FileError where the folder cannot be written */
  constructor(readonly folder: string) {
    try {
      makeFolder(folder);
      this.#database = open({ path: folder, encoding: 'binary', keyEncoding: 'binary' });
    } catch (cause) {
      throw fileProblem(folder, 'keep tensors', cause);
    }
  }

  get(key: Buffer): CachedTensor | undefined {
    const record = this.#database.get(key);
    return record ? tensorOf(record) : this.#underway.get(key.toString('hex'));
  }

  /**
   * Written in the background; it may be lost where the process is killed soon after.
   * @throws FileError where something put before could not be written
   */
  put(key: Buffer, tensor: CachedTensor): void {
    if (this.#failure) throw this.#failure;
    const name = key.toString('hex');
    this.#underway.set(name, tensor);
    this.#database
      .put(key, recordOf(tensor))
      .catch((cause: unknown) => {
        this.#failure ??= fileProblem(this.folder, 'keep tensors', cause, { remedy: KEEP_ADVICE });
      })
      .finally(() => this.#underway.delete(name));
  }

  /** Waits until what was put is on the disk. @throws FileError where it could not be written */
  async flush(): Promise<void> {
    await this.#database.flushed;
    if (this.#failure) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/** The rank, the sizes and the values, 4 bytes each. */
function recordOf({ shape, data }: CachedTensor): Buffer {
  const header = Int32Array.of(shape.length, ...shape);
  return Buffer.concat([Buffer.from(header.buffer), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Undefined where the record is none of these: another version's. */
function tensorOf(record: Buffer): CachedTensor | undefined {
  // The database's memory is its own, and aligned to nothing.
  const { buffer } = Uint8Array.from(record);
  if (buffer.byteLength % 4 !== 0) return undefined;
  const [rank = 0, ...rest] = new Int32Array(buffer);
  const shape = rest.slice(0, rank);
  const data = new Float32Array(buffer, 0).subarray(1 + rank);
  return data.length === elementCount(shape) ? { shape, data } : undefined;
}
