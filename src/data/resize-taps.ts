import { cubic, pillowKernels, sinc, type PillowKernel } from './resize-kernels.js';

/** OpenCV's interpolations, each under its name there. */
export type OpenCvInterpolation = 'nearest' | 'bilinear' | 'bicubic' | 'area' | 'lanczos';

/**
 * What an output pixel is made of along one axis: for each, the first input pixel and the weights of it and those after.
 * The weights of a pixel sum to 1.
 */
export interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/** Pillow makes whole numbers of its weights for images of bytes, with so many bits behind the point. */
const PILLOW_BITS = 22;

/** Pillow's antialiased resizing of bytes along one axis: where it shrinks, the kernel is widened by the factor. */
export function pillowTaps(kernel: PillowKernel, from: number, to: number): Taps {
  const { support, at } = pillowKernels[kernel];
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const reach = support * widening;
  return tapsOf(to, (i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const raw = Float64Array.from({ length: end - first }, (_, j) => at((first + j - center + 0.5) / widening));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    const weights = raw.map((weight) => roundAwayFromZero((weight / sum) * 2 ** PILLOW_BITS) / 2 ** PILLOW_BITS);
    return [first, weights];
  });
}

/** Pillow's `nearest`: the pixel under the output pixel's centre. */
export function pillowNearestTaps(from: number, to: number): Taps {
  const scale = from / to;
  // Summed up as Pillow does: a centre that falls between two pixels is on the side that rounding puts it.
  let center = scale * 0.5;
  return tapsOf(to, () => {
    const first = Math.min(from - 1, Math.floor(center));
    center += scale;
    return [first, Float64Array.of(1)];
  });
}

/** OpenCV's resizing along one axis. But for `area`, it looks at the nearest pixels only, however much it shrinks. */
export function openCvTaps(interpolation: OpenCvInterpolation, from: number, to: number): Taps {
  const scale = from / to;
  if (interpolation === 'nearest') {
    return tapsOf(to, (i) => [Math.min(from - 1, Math.floor(i * scale)), Float64Array.of(1)]);
  }
  if (interpolation === 'area') return scale > 1 ? areaTaps(from, to) : enlargingAreaTaps(from, to);
  const { before, weight } = pointKernels[interpolation];
  return tapsOf(to, (i) => {
    const x = (i + 0.5) * scale - 0.5;
    const left = Math.floor(x);
    const raw = Float64Array.from({ length: 2 * before + 2 }, (_, j) => weight(x - left - (j - before)));
    const sum = raw.reduce((total, w) => total + w, 0);
    return clamped(
      left - before,
      raw.map((w) => w / sum),
      from,
    );
  });
}

/** MATLAB's antialiased bicubic `imresize` to half the size along one axis; beyond the border, the image is mirrored. */
export function halvingTaps(from: number): Taps {
  return tapsOf(Math.ceil(from / 2), (i) => {
    const center = 2 * i + 0.5;
    const reached = Array.from({ length: 8 }, (_, j) => 2 * i - 3 + j);
    const inside = reached.map((at) => mirroredInto(at, from));
    const first = Math.min(...inside);
    const weights = new Float64Array(Math.max(...inside) - first + 1);
    inside.forEach((at, j) => {
      const weight = cubic(((reached[j] ?? 0) - center) / 2, -0.5) / 2;
      weights[at - first] = (weights[at - first] ?? 0) + weight;
    });
    return [first, weights];
  });
}

/** Mirrored at the border itself: the first pixel beyond it is the last one. */
function mirroredInto(at: number, length: number): number {
  const inside = ((at % (2 * length)) + 2 * length) % (2 * length);
  return inside < length ? inside : 2 * length - 1 - inside;
}

/** How many pixels before the one on the left each looks at, as many after the one on the right, and their weights. */
const pointKernels = {
  bilinear: { before: 0, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { before: 1, weight: (x: number) => cubic(x, -0.75) },
  lanczos: { before: 3, weight: (x: number) => (Math.abs(x) < 4 ? sinc(x) * sinc(x / 4) : 0) },
} as const;

/** The mean of what lies under the output pixel, pixels at its ends by the part of them that does. */
function areaTaps(from: number, to: number): Taps {
  const scale = from / to;
  return tapsOf(to, (i) => {
    const begin = i * scale;
    const end = Math.min(from, begin + scale);
    const first = Math.floor(begin + 1e-9);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    const parts = Float64Array.from(
      { length: last - first },
      (_, j) => Math.min(end, first + j + 1) - Math.max(begin, first + j),
    );
    return [first, parts.map((part) => part / (end - begin))];
  });
}

/** OpenCV enlarges by `area` with pixels as they are, blended only where an output pixel lies across two of them. */
function enlargingAreaTaps(from: number, to: number): Taps {
  const scale = from / to;
  return tapsOf(to, (i) => {
    const left = Math.floor(i * scale);
    const across = i + 1 - (left + 1) / scale;
    const fraction = across <= 0 ? 0 : across - Math.floor(across);
    return clamped(left, Float64Array.of(1 - fraction, fraction), from);
  });
}

/** Pixels beyond the border are those at the border. */
function clamped(first: number, weights: Float64Array, from: number): [number, Float64Array] {
  const begin = Math.min(Math.max(first, 0), from - 1);
  const end = Math.min(Math.max(first + weights.length - 1, 0), from - 1);
  const inside = new Float64Array(end - begin + 1);
  weights.forEach((weight, j) => {
    const at = Math.min(Math.max(first + j, 0), from - 1) - begin;
    inside[at] = (inside[at] ?? 0) + weight;
  });
  return [begin, inside];
}

function tapsOf(to: number, at: (i: number) => [first: number, weights: Float64Array]): Taps {
  const taps = Array.from({ length: to }, (_, i) => at(i));
  return { first: Int32Array.from(taps, ([first]) => first), weights: taps.map(([, weights]) => weights) };
}

function roundAwayFromZero(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}
