import type { FloatImage } from './resize.js';

/** A filter of `size` by `size` weights, which sum to 1. */
export interface BlurKernel {
  readonly size: number;
  readonly weights: Float64Array;
}

/**
 * A normal distribution over the pixels around the centre, of variance `l1` along the direction `theta` and `l2` across.
 * @param shift moves its centre by so many pixels to the top and left
 */
export function gaussianKernel(size: number, l1: number, l2: number, theta = 0, shift = 0): BlurKernel {
  const [c, s] = [Math.cos(theta), Math.sin(theta)];
  const center = (size - 1) / 2 - shift;
  const exponents = Float64Array.from({ length: size * size }, (_, i) => {
    const x = (i % size) - center;
    const y = Math.floor(i / size) - center;
    const along = c * x + s * y;
    const across = s * x - c * y;
    return -0.5 * ((along * along) / l1 + (across * across) / l2);
  });
  // Of the narrowest kernels all weights would be zero, were the largest not taken as 1.
  const largest = exponents.reduce((a, b) => Math.max(a, b));
  const weights = exponents.map((exponent) => Math.exp(exponent - largest));
  const sum = weights.reduce((a, b) => a + b);
  return { size, weights: weights.map((weight) => weight / sum) };
}

/**
 * Convolves each channel as SciPy's `ndimage.convolve` with `mode='mirror'` does: beyond the border, the image goes on
 * mirrored at the middle of its last pixels.
 * @param stride keeps only every so many pixels, from the first one on
 */
export function blur(image: FloatImage, { size, weights }: BlurKernel, stride = 1): FloatImage {
  const { data, width, height, channels } = image;
  const outWidth = Math.ceil(width / stride);
  const outHeight = Math.ceil(height / stride);
  const out = new Float64Array(outWidth * outHeight * channels);
  const half = Math.floor(size / 2);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const weight = weights[row * size + column] ?? 0;
      for (let y = 0; y < outHeight; y++) {
        const fromRow = mirrored(y * stride - row + half, height) * width;
        for (let x = 0; x < outWidth; x++) {
          const from = (fromRow + mirrored(x * stride - column + half, width)) * channels;
          const to = (y * outWidth + x) * channels;
          for (let channel = 0; channel < channels; channel++) {
            out[to + channel] = (out[to + channel] ?? 0) + weight * (data[from + channel] ?? 0);
          }
        }
      }
    }
  }
  return { data: out, width: outWidth, height: outHeight, channels };
}

function mirrored(at: number, length: number): number {
  if (at >= 0 && at < length) return at;
  if (length === 1) return 0;
  const period = 2 * length - 2;
  const inside = ((at % period) + period) % period;
  return inside < length ? inside : period - inside;
}
