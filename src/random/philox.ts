/** Multipliers and Weyl increments of Philox4x32, Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/** Two unsigned 32-bit words. */
export type PhiloxKey = readonly [number, number];
/** Four unsigned 32-bit words, least significant first. */
export type PhiloxCounter = readonly [number, number, number, number];

/** The high 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/**
 * Philox4x32-10: writes the block of four random words that belongs to `counter` under `key` to `out` at `offset`.
 * A pure function: the generator's whole state is the pair of key and counter.
 */
export function philox4x32(key: PhiloxKey, counter: PhiloxCounter, out: Uint32Array, offset = 0): void {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = multiplyHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

/** `counter + blocks` modulo 2^128; `blocks` is an integer below 2^53. */
export function advance(counter: PhiloxCounter, blocks: number): PhiloxCounter {
  const words = [...counter] as [number, number, number, number];
  let carry = blocks;
  for (let i = 0; i < 4 && carry > 0; i++) {
    const sum = (words[i] ?? 0) + (carry % 0x1_0000_0000);
    words[i] = sum >>> 0;
    carry = Math.floor(carry / 0x1_0000_0000) + (sum > 0xffff_ffff ? 1 : 0);
  }
  return words;
}
