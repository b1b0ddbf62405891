import type { ByteImage } from '../io/images.js';
import type { Box } from './geometry.js';

/** A part of an image, which lies wholly inside it. */
export function crop(image: ByteImage, { left, top, width, height }: Box): ByteImage {
  const { channels } = image;
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * channels);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + row), y * row);
  }
  return { data, width, height, channels };
}

/** The image with left and right exchanged. */
export function flipLeftRight({ data, width, height, channels }: ByteImage): ByteImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * channels;
      const from = (y * width + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) flipped[to + c] = data[from + c] ?? 0;
    }
  }
  return { data: flipped, width, height, channels };
}
