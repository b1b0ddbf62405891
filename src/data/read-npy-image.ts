import { FileError } from '../errors.js';
import type { ByteImage } from '../io/images.js';
import { npyBytes } from '../io/npy.js';
import { imageMemory, readBytes } from './read-image.js';

/**
 * Reads an image that `numpy.save` wrote as taming-transformers' CelebA-HQ has them: uint8 [1, 3, H, W], red first.
 * @param use takes the pixels, which count as memory in use until it returns
 * @throws FileError that names the file: absent, truncated, of another type or shape
 */
export async function readNpyImage<T>(path: string, use: (image: ByteImage) => T): Promise<T> {
  const file = await readBytes(path);
  return imageMemory.with(file.length, () => Promise.resolve(npyImage(path, file)).then(use));
}

/**
 * As {@link readNpyImage}, from the content of a file.
 * @param path for messages
 */
export function npyImage(path: string, file: Buffer): ByteImage {
  const { shape, values } = npyBytes(path, file);
  const [count, channels, height = 0, width = 0] = shape;
  if (shape.length !== 4 || count !== 1 || channels !== 3 || values.length === 0) {
    throw new FileError({
      where: path,
      problem: 'not one RGB image',
      found: `[${shape.join(', ')}]`,
      expected: '[1, 3, height, width]',
      remedy: 'save image.transpose(2, 0, 1)[None]',
    });
  }
  const pixels = height * width;
  const data = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = values[c * pixels + i] ?? 0;
  }
  return { data, width, height, channels: 3 };
}
