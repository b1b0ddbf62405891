/**
 * Lets so many bytes of work be under way at once and has the rest wait, in order. A batch asks for all its images
 * together, and while a training step holds the thread nobody takes what was decoded: without a bound, decoding ahead
 * would fill the memory.
 */
export class MemoryBudget {
  #used = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(readonly bytes: number) {}

  /** Does the work as soon as its bytes are there. Work that needs more than there is in all is done alone. */
  async with<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) {
      await new Promise<void>((start) => this.#waiting.push({ bytes, start }));
    } else {
      this.#used += bytes;
    }
    try {
      return await work();
    } finally {
      this.#used -= bytes;
      this.#startNext();
    }
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.bytes;
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.bytes;
      next.start();
    }
  }
}
