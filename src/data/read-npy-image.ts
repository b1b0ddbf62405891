import { FileError } from '../errors.js';
import { npyBytes } from '../io/npy.js';
import type { ByteImage } from '../io/images.js';
import { readBytes } from './read-image.js';

/**
 * Reads an image that `numpy.save` wrote as taming-transformers' CelebA-HQ has them: uint8 [1, 3, H, W], red first.
 * @throws FileError that names the file: absent, truncated, of another type or shape
 */
export async function readNpyImage(path: string): Promise<ByteImage> {
  const { shape, values } = npyBytes(path, await readBytes(path));
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
