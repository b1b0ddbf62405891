/** Bytes that may lie ready for images to come. */
const MOST_READY = 32 * 2 ** 20;

/**
 * Memory of decoded images, used again for the next ones: given back to the garbage collector, so much of it would have
 * that run all the time.
 */
export class PixelMemory {
  readonly #lent = new WeakSet<Uint8Array>();
  readonly #ready = new Map<number, Uint8Array[]>();
  #readyBytes = 0;

  /** Memory of so many bytes, of any content. It need not come back. */
  take(bytes: number): Uint8Array {
    const memory = this.#ready.get(bytes)?.pop();
    if (memory) this.#readyBytes -= bytes;
    const taken = memory ?? Buffer.allocUnsafeSlow(bytes);
    this.#lent.add(taken);
    return taken;
  }

  /**
   * Takes back what was taken here, and nothing else: whoever gives it back has no more use for its content.
   * @returns whether it was from here, and not given back before
   */
  giveBack(memory: Uint8Array): boolean {
    if (!this.#lent.delete(memory)) return false;
    const bytes = memory.byteLength;
    if (this.#readyBytes + bytes > MOST_READY) return true;
    this.#readyBytes += bytes;
    const ready = this.#ready.get(bytes);
    if (ready) ready.push(memory);
    else this.#ready.set(bytes, [memory]);
    return true;
  }
}

export const pixelMemory = new PixelMemory();
