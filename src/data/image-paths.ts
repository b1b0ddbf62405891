import { extname, join } from 'node:path';
import type { HostGenerator } from '../random/index.js';
import type { ByteImage } from '../io/images.js';
import { crop } from './crop.js';
import type { Example } from './example.js';
import type { ExampleSource } from './file-dataset.js';
import { centerBox, randomBox, withShortestSide } from './geometry.js';
import { readImage } from './read-image.js';
import { readNpyImage } from './read-npy-image.js';
import { resize } from './resize.js';

/** The formats of taming-transformers' data sets: images, and arrays of NumPy. */
export const NPY_EXTENSION = '.npy';

export interface SquareOptions {
  /** The side of the square in pixels; null leaves the image as it is. */
  readonly size: number | null;
  /** Cut out of any place, or out of the middle. */
  readonly randomCrop: boolean;
}

/**
 * Images as taming-transformers' `ImagePaths` and `NumpyPaths` give them: the shorter side scaled to `size` as OpenCV
 * does it bilinearly, without antialiasing, and a square of that side cut out.
 * Examples have `image`, `file_path_`, and what `labels` has for them.
 */
export function imagePaths(
  root: string,
  paths: readonly string[],
  options: SquareOptions,
  labels: (index: number) => Example = () => ({}),
): ExampleSource {
  const read = async (path: string, random: HostGenerator) => ({
    image: await readStored(path, (whole) => square(whole, options, random)),
  });
  return listedFiles(root, paths, read, labels);
}

/** The files of a list: what `read` makes of each, its path as `file_path_`, and what `labels` has for it. */
export function listedFiles(
  root: string,
  paths: readonly string[],
  read: (path: string, random: HostGenerator) => Promise<Example>,
  labels: (index: number) => Example,
): ExampleSource {
  return {
    length: paths.length,
    read: async (index, random) => {
      const path = join(root, paths[index] ?? '');
      return { ...(await read(path, random)), file_path_: path, ...labels(index) };
    },
  };
}

/** Reads an image, or an array of NumPy as taming-transformers stores images, by the end of its name. */
export async function readStored<T>(path: string, use: (image: ByteImage) => T): Promise<T> {
  if (extname(path).toLowerCase() === NPY_EXTENSION) return readNpyImage(path, use);
  return readImage(path, { as: 'stored' }, use);
}

function square(image: ByteImage, { size, randomCrop }: SquareOptions, random: HostGenerator): ByteImage {
  if (size === null) return image;
  const { width, height } = withShortestSide(image, size);
  const resized = resize(image, width, height, 'cv_bilinear');
  const side = { width: size, height: size };
  return crop(resized, randomCrop ? randomBox(resized, side, random) : centerBox(resized, side));
}
