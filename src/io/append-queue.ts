import { appendFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { writeProblem } from './file-problems.js';

/** Bytes, or bytes still being made; either way they keep their place in the file. */
export type Chunk = Uint8Array | Promise<Uint8Array>;

/** How long bytes may lie in memory, so that someone who watches the file sees it grow. */
const DELAY_MS = 200;

/**
 * Appends to a file in the background: `append` returns at once, the order is kept, and one write is under way at a
 * time. The first failure ends the writing, and every `flush` from then on throws it. A process that exits without a
 * flush, as by a second Ctrl-C, still writes what waits for its turn, unless it is still being made.
 */
export class AppendQueue {
  #pending: Chunk[] = [];
  #file: FileHandle | undefined;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #failure: Error | undefined;
  readonly #onExit = (): void => {
    const ready = this.#pending.filter((chunk) => chunk instanceof Uint8Array);
    this.#pending = [];
    try {
      if (ready.length > 0) appendFileSync(this.path, Buffer.concat(ready));
    } catch {
      // There is no one left to tell, and the exit has a reason of its own.
    }
  };

  constructor(readonly path: string) {}

  append(chunk: Chunk): void {
    if (this.#failure) return;
    // A failure to make the bytes is met when their turn comes; to Node it would be an unhandled rejection until then.
    if (chunk instanceof Promise) chunk.catch(() => undefined);
    if (this.#pending.length === 0) process.once('exit', this.#onExit);
    this.#pending.push(chunk);
    // Keeps the process alive until written, should it end without closing.
    this.#timer ??= setTimeout(() => void this.#drain(), DELAY_MS);
  }

  /**
   * Waits until everything appended so far has been handed to the operating system.
   * @throws WriteError where the file could not be written, now or before.
   */
  async flush(): Promise<void> {
    // A drain under way may have begun before the last append.
    while (this.#draining || this.#pending.length > 0) await this.#drain();
    if (this.#failure) throw this.#failure;
  }

  /** Flushes and closes the file. More may be appended later, which opens it again. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      const file = this.#file;
      this.#file = undefined;
      await file?.close();
    }
  }

  /** Never rejects. */
  #drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#draining ??= this.#writePending()
      .catch((cause: unknown) => {
        this.#failure = writeProblem(this.path, 'write', cause, { note: 'what was logged since is lost' });
        void this.#takePending();
      })
      .finally(() => (this.#draining = undefined));
    return this.#draining;
  }

  async #writePending(): Promise<void> {
    this.#file ??= await open(this.path, 'a');
    while (this.#pending.length > 0) {
      const chunks = this.#takePending();
      const ready: Uint8Array[] = [];
      for (const chunk of chunks) ready.push(chunk instanceof Promise ? await chunk : chunk);
      // appendFile, unlike write, goes on until all is written.
      await this.#file.appendFile(Buffer.concat(ready));
    }
  }
  #takePending(): Chunk[] {
    process.off('exit', this.#onExit);
    const chunks = this.#pending;
    this.#pending = [];
    return chunks;
  }
}
