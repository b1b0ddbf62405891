/**
 * From random words to uniform and normal numbers, in arithmetic that gives the same bits on every machine: only
 * IEEE-754 double +, -, *, / and sqrt in a fixed order, never the platform's log or cos, and one rounding to float32
 * at the end. native/src/random.cc computes the same expressions; a change here is a change there.
 */

const LN2 = 0.6931471805599453;
const SQRT2 = 1.4142135623730951;
const QUARTER_PI = 0.7853981633974483;

/** ln((word + 1) / 2^32) for an unsigned 32-bit word: the log of a uniform draw in (0, 1]. */
export function logUniform(word: number): number {
  if (word === 0xffff_ffff) return 0;
  const n = word + 1;
  let exponent = 31 - Math.clz32(n);
  let m = n / 2 ** exponent;
  if (m > SQRT2) {
    m *= 0.5;
    exponent += 1;
  }
  // ln m = 2 artanh(s), |s| <= 0.172, so that the series below is exact to the last bits of a double.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p = 1 / 21;
  p = p * z + 1 / 19;
  p = p * z + 1 / 17;
  p = p * z + 1 / 15;
  p = p * z + 1 / 13;
  p = p * z + 1 / 11;
  p = p * z + 1 / 9;
  p = p * z + 1 / 7;
  p = p * z + 1 / 5;
  p = p * z + 1 / 3;
  p = p * z + 1;
  return (exponent - 32) * LN2 + 2 * s * p;
}

/** sin and cos of an angle in [0, pi/4] by their Taylor series. */
function sinSmall(a: number): number {
  const z = a * a;
  let p = -1 / 1307674368000;
  p = p * z + 1 / 6227020800;
  p = p * z - 1 / 39916800;
  p = p * z + 1 / 362880;
  p = p * z - 1 / 5040;
  p = p * z + 1 / 120;
  p = p * z - 1 / 6;
  p = p * z + 1;
  return a * p;
}

function cosSmall(a: number): number {
  const z = a * a;
  let p = 1 / 20922789888000;
  p = p * z - 1 / 87178291200;
  p = p * z + 1 / 479001600;
  p = p * z - 1 / 3628800;
  p = p * z + 1 / 40320;
  p = p * z - 1 / 720;
  p = p * z + 1 / 24;
  p = p * z - 1 / 2;
  p = p * z + 1;
  return p;
}

/**
 * The Box-Muller transform: two random words to two independent standard normal numbers, written to `out` at `offset`.
 * The radius comes from the first word, the angle `2 pi word / 2^32` from the second, by octants.
 */
export function boxMuller(radiusWord: number, angleWord: number, out: Float64Array, offset: number): void {
  const radius = Math.sqrt(-2 * logUniform(radiusWord));
  const octant = angleWord >>> 29;
  const fraction = (angleWord & 0x1fff_ffff) / 536870912;
  const angle = ((octant & 1) === 1 ? 1 - fraction : fraction) * QUARTER_PI;
  const s = sinSmall(angle);
  const c = cosSmall(angle);
  // Octants 1, 2, 5 and 6 lie nearer the vertical axis: there sine and cosine change places.
  const swapped = ((octant + 1) & 2) !== 0;
  const cosine = swapped ? s : c;
  const sine = swapped ? c : s;
  out[offset] = radius * (octant >= 2 && octant <= 5 ? -cosine : cosine);
  out[offset + 1] = radius * (octant >= 4 ? -sine : sine);
}

/** A uniform draw in [0, 1) from the word's 24 high bits: exact in float32. */
export function uniform(word: number): number {
  return (word >>> 8) / 16777216;
}
