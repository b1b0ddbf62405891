import { Generator, type GeneratorState } from './generator.js';
import type { PhiloxKey } from './philox.js';

/** What a checkpoint keeps of all streams: the counter of each stream used so far. */
export type StreamsState = Readonly<Record<string, GeneratorState>>;

/** FNV-1a over the name's UTF-8 bytes: 32 bits that differ between any two names in use. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * Named random streams under one seed: `noise`, `timesteps`, `init/<parameter>` … Each name is a generator of its own,
 * so that a draw added in one place leaves the numbers of all others as they were.
 */
export class RandomStreams {
  readonly #streams = new Map<string, Generator>();

  /** @param seed an integer; its low 32 bits count. */
  constructor(readonly seed: number) {}

  /** The stream's generator: the same object at every call, so that its counter moves on. */
  get(name: string): Generator {
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = this.begin(name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** A generator at the beginning of the named stream, for what is drawn once and need not be remembered. */
  begin(name: string): Generator {
    const key: PhiloxKey = [this.seed >>> 0, hashName(name)];
    return new Generator(key);
  }

  get state(): StreamsState {
    return Object.fromEntries([...this.#streams].map(([name, stream]) => [name, stream.state]));
  }

  /** Streams that the state does not name begin anew. */
  set state(state: StreamsState) {
    for (const stream of this.#streams.values()) stream.state = [0, 0, 0, 0];
    for (const [name, counter] of Object.entries(state)) this.get(name).state = counter;
  }
}
