import sharp from 'sharp';
import { FileError } from '../errors.js';
import type { ByteImage } from '../io/images.js';
import { brokenImage, readBytes } from './read-image.js';

/**
 * Reads an image whose gray values are classes.
 * @throws FileError that names the file: absent, no intact image, not of 8-bit gray
 */
export async function readLabelMap(path: string): Promise<ByteImage> {
  const bytes = await readBytes(path);
  try {
    const image = sharp(bytes, { failOn: 'truncated', ignoreIcc: true });
    const { channels, depth, isPalette, space } = await image.metadata();
    if (isPalette || channels !== 1 || depth !== 'uchar') {
      throw new FileError({
        where: path,
        problem: 'not a map of classes',
        found: isPalette ? 'an image with a palette' : `${depth} ${space} with ${channels} channels`,
        expected: '8-bit gray without a palette: the value of a pixel is its class',
        remedy: 'save the classes as a gray PNG',
      });
    }
    const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: 1 };
  } catch (cause) {
    throw cause instanceof FileError ? cause : brokenImage(path, cause);
  }
}
