/** Largest number that an opcode of 4 bytes, signed, holds. */
const MAX_INT32 = 2 ** 31 - 1;

/** Writes a pickle of protocol 2, piece by piece: what each method writes is pushed on the reader's stack. */
export class PickleWriter {
  readonly #pieces: Uint8Array[] = [Uint8Array.of(0x80, 2)];

  text(value: string): this {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return this.#put('X', length, bytes);
  }

  integer(value: number): this {
    if (value >= 0 && value < 256) return this.#put('K', Uint8Array.of(value));
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    if (Math.abs(value) <= MAX_INT32) return this.#put('J', bytes.subarray(0, 4));
    return this.#put('\x8a', Uint8Array.of(bytes.length), bytes);
  }

  false(): this {
    return this.#put('\x89');
  }

  /** The name of a class or a function. */
  global(module: string, name: string): this {
    return this.#put('c', Buffer.from(`${module}\n${name}\n`));
  }

  tuple(items: () => void): this {
    this.#put('(');
    items();
    return this.#put('t');
  }

  emptyDict(): this {
    return this.#put('}');
  }

  /** Calls what was written before the last value with that value, a tuple. */
  reduce(): this {
    return this.#put('R');
  }

  /** Adds keys and values, written in turn, to the dict written last. */
  items(pairs: () => void): this {
    this.#put('(');
    pairs();
    return this.#put('u');
  }

  /** Turns the value written last into what it refers to outside of the pickle. */
  persistentId(): this {
    return this.#put('Q');
  }

  /** The whole pickle; nothing may be written after. */
  finish(): Buffer {
    this.#put('.');
    return Buffer.concat(this.#pieces);
  }

  #put(opcode: string, ...values: readonly Uint8Array[]): this {
    this.#pieces.push(Buffer.from(opcode, 'latin1'), ...values);
    return this;
  }
}
