import { advance, philox4x32, type PhiloxCounter, type PhiloxKey } from './philox.js';
import { boxMuller, uniform } from './transforms.js';

const WORDS_PER_BLOCK = 4;

/**
 * Philox4x32-10 drawn number by number in the host's memory, for choices that are made there: where to crop an image,
 * whether to flip it. The same words as a {@link Generator} of that key and counter has; no tensors.
 */
export class HostGenerator {
  readonly #words = new Uint32Array(WORDS_PER_BLOCK);
  readonly #pair = new Float64Array(2);
  #counter: PhiloxCounter;
  #used = WORDS_PER_BLOCK;
  #hasSpare = false;

  constructor(
    readonly key: PhiloxKey,
    counter: PhiloxCounter = [0, 0, 0, 0],
  ) {
    this.#counter = counter;
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  uniform(): number {
    return uniform(this.#word());
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** An integer of 0..bound-1; `bound` at most 2^21, where the bias is below 2^-11. */
  integer(bound: number): number {
    return Math.floor((this.#word() / 2 ** 32) * bound);
  }

  /** Whether something of this probability happens: never at 0, always at 1. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal. */
  normal(): number {
    this.#hasSpare = !this.#hasSpare;
    if (!this.#hasSpare) return this.#pair[1] ?? 0;
    boxMuller(this.#word(), this.#word(), this.#pair, 0);
    return this.#pair[0] ?? 0;
  }

  /** One of these; there is at least one. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.integer(choices.length)] ?? choices[0];
  }

  /** These in another order (Fisher-Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j] as T, order[i] as T];
    }
    return order;
  }

  #word(): number {
    if (this.#used === WORDS_PER_BLOCK) {
      philox4x32(this.key, this.#counter, this.#words);
      this.#counter = advance(this.#counter, 1);
      this.#used = 0;
    }
    return this.#words[this.#used++] ?? 0;
  }
}
