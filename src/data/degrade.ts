import type { ByteImage } from '../io/images.js';
import type { HostGenerator } from '../random/index.js';
import { bsrgan, bsrganLight } from './bsrgan.js';
import type { Degradation } from './degradations.js';
import { resize } from './resize.js';

/** Makes a square image, whose side is a multiple of `factor`, so many times smaller, and worse. */
export async function degrade(
  image: ByteImage,
  factor: number,
  degradation: Degradation,
  random: HostGenerator,
): Promise<ByteImage> {
  if (degradation === 'bsrgan') return bsrgan(image, factor, random);
  if (degradation === 'bsrgan_light') return bsrganLight(image, factor, random);
  return resize(image, image.width / factor, image.height / factor, degradation);
}
