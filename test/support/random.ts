/** A small source of random choices, the same everywhere for one seed: for tests that try much. */
export interface Choices {
  /** In [0, 1). */
  readonly random: () => number;
  /** An integer from 0, below `count`. */
  readonly below: (count: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** Mulberry32. */
export function choicesFrom(seed: number): Choices {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(random() * count);
  return { random, below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
}
