import type { ByteImage } from '../io/images.js';
import type { PillowKernel } from './resize-kernels.js';
import { openCvTaps, pillowNearestTaps, pillowTaps, type OpenCvInterpolation, type Taps } from './resize-taps.js';

/** How Pillow (`pil_`) and OpenCV (`cv_`) resize, in the names that latent-diffusion gives them. */
export type Resizing = `cv_${OpenCvInterpolation}` | `pil_${PillowKernel}` | 'pil_nearest';

/** Values of any range, rows from the top, channels innermost. */
export interface FloatImage {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

type Values = Uint8Array | Float64Array;

/**
 * Resizes an image of bytes as Pillow does, bit for bit, or as OpenCV does, to one step of 255: its whole-number
 * arithmetic is not the same in all its versions.
 */
export function resize(image: ByteImage, width: number, height: number, resizing: Resizing): ByteImage {
  if (width === image.width && height === image.height) return image;
  const across = tapsOf(resizing, image.width, width);
  const down = tapsOf(resizing, image.height, height);
  const rows = resizeAcross(image.data, image, across, down);
  // Pillow has bytes between its two passes; halves round up.
  const between = resizing.startsWith('pil_') ? toBytes(rows) : rows;
  return { data: toBytes(resizeDown(between, width * image.channels, down)), width, height, channels: image.channels };
}

/** Resizes an image of floats by the taps of each axis. */
export function resizeFloats(image: FloatImage, across: Taps, down: Taps): FloatImage {
  const [width, height] = [across.first.length, down.first.length];
  const rows = resizeAcross(image.data, image, across, down);
  return { data: resizeDown(rows, width * image.channels, down), width, height, channels: image.channels };
}

function tapsOf(resizing: Resizing, from: number, to: number): Taps {
  const separator = resizing.indexOf('_');
  const name = resizing.slice(separator + 1);
  if (resizing.startsWith('cv_')) return openCvTaps(name as OpenCvInterpolation, from, to);
  return name === 'nearest' ? pillowNearestTaps(from, to) : pillowTaps(name as PillowKernel, from, to);
}

/** Only those rows that `down` will look at: shrinking without antialiasing, most are not. */
function resizeAcross(
  data: Values,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  across: Taps,
  down: Taps,
): Float64Array {
  const outWidth = across.first.length;
  const out = new Float64Array(outWidth * height * channels);
  for (const y of rowsOf(down)) {
    for (let x = 0; x < outWidth; x++) {
      const weights = across.weights[x] ?? new Float64Array();
      const from = (y * width + (across.first[x] ?? 0)) * channels;
      const to = (y * outWidth + x) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < weights.length; j++) sum += (weights[j] ?? 0) * (data[from + j * channels + c] ?? 0);
        out[to + c] = sum;
      }
    }
  }
  return out;
}

function resizeDown(data: Values, rowSize: number, down: Taps): Float64Array {
  const out = new Float64Array(rowSize * down.first.length);
  down.weights.forEach((weights, y) => {
    const to = y * rowSize;
    weights.forEach((weight, j) => {
      const from = ((down.first[y] ?? 0) + j) * rowSize;
      for (let i = 0; i < rowSize; i++) out[to + i] = (out[to + i] ?? 0) + weight * (data[from + i] ?? 0);
    });
  });
  return out;
}

function rowsOf({ first, weights }: Taps): Set<number> {
  return new Set(weights.flatMap((row, y) => Array.from(row, (_, j) => (first[y] ?? 0) + j)));
}

function toBytes(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(255, Math.max(0, Math.floor((values[i] ?? 0) + 0.5)));
  return bytes;
}
