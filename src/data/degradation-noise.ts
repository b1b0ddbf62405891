import sharp from 'sharp';
import type { ByteImage } from '../io/images.js';
import type { HostGenerator } from '../random/index.js';
import type { FloatImage } from './resize.js';

/** Values in [0, 1] as bytes, what lies beyond at its end. */
export function toBytes({ data, width, height }: FloatImage): ByteImage {
  return {
    data: Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
    width,
    height,
    channels: 3,
  };
}

/** Bytes as values in [0, 1]. */
export function toFloats({ data, ...size }: ByteImage): FloatImage {
  return { ...size, data: Float64Array.from(data, (byte) => byte / 255) };
}

/** Normal noise of a level in 255ths: of each channel its own, the same in all, or correlated between them. */
export function addNoise(image: FloatImage, level: number, strongest: number, random: HostGenerator): FloatImage {
  const draw = noiseOf(level / 255, strongest / 255, random);
  const data = new Float64Array(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    draw().forEach((noise, c) => {
      data[i + c] = Math.min(1, Math.max(0, (image.data[i + c] ?? 0) + noise));
    });
  }
  return { ...image, data };
}

type Rgb = readonly [number, number, number];

function noiseOf(sigma: number, strongest: number, random: HostGenerator): () => Rgb {
  const kind = random.uniform();
  if (kind > 0.6) return () => [sigma * random.normal(), sigma * random.normal(), sigma * random.normal()];
  if (kind < 0.4) {
    return () => {
      const noise = sigma * random.normal();
      return [noise, noise, noise];
    };
  }
  const [[a], [b, c], [d, e, f]] = cholesky(covariance(strongest, random));
  return () => {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    return [a * x, b * x + c * y, d * x + e * y + f * z];
  };
}

type Matrix = readonly [Rgb, Rgb, Rgb];

/** BSRGAN's covariance: uniform variances up to `strongest` squared, in random directions, no value negative. */
function covariance(strongest: number, random: HostGenerator): Matrix {
  const variances = triple(() => strongest ** 2 * random.uniform());
  const basis = orthonormalBasis(triple(() => triple(() => random.uniform())));
  return triple((i) => triple((j) => Math.abs(sumOf((k) => basis[k][i] * variances[k] * basis[k][j]))));
}

/** Gram-Schmidt. */
function orthonormalBasis([first, second, third]: Matrix): Matrix {
  const u = unit(first);
  const v = unit(without(second, u));
  return [u, v, unit(without(without(third, u), v))];
}

function without(vector: Rgb, direction: Rgb): Rgb {
  const part = sumOf((k) => vector[k] * direction[k]);
  return triple((k) => vector[k] - part * direction[k]);
}

function unit(vector: Rgb): Rgb {
  const length = Math.sqrt(sumOf((k) => vector[k] ** 2));
  return triple((k) => vector[k] / Math.max(length, 1e-12));
}

/** The lower triangular L with L Lᵀ = A; where A is not quite positive, zero in its place. */
function cholesky(matrix: Matrix): readonly [readonly [number], readonly [number, number], Rgb] {
  const [[p], [q, r], [s, t, u]] = matrix;
  const a = Math.sqrt(Math.max(0, p));
  const b = a > 0 ? q / a : 0;
  const c = Math.sqrt(Math.max(0, r - b * b));
  const d = a > 0 ? s / a : 0;
  const e = c > 0 ? (t - d * b) / c : 0;
  return [[a], [b, c], [d, e, Math.sqrt(Math.max(0, u - d * d - e * e))]];
}

type Index = 0 | 1 | 2;

function triple<T>(value: (k: Index) => T): readonly [T, T, T] {
  return [value(0), value(1), value(2)];
}

function sumOf(value: (k: Index) => number): number {
  return value(0) + value(1) + value(2);
}

/** What is left of an image after JPEG of this quality, 1 to 100. */
export async function throughJpeg(image: FloatImage, quality: number): Promise<FloatImage> {
  const { data, width, height } = toBytes(image);
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  const decoded = await sharp(jpeg).raw().toBuffer();
  return toFloats({ data: decoded, width, height, channels: 3 });
}
