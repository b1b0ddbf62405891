import { extname } from 'node:path';
import type { Example, LabelMap } from '../../data/example.js';
import { IMAGE_EXTENSIONS } from '../../data/image-files.js';
import { readLabelMap } from '../../data/read-label-map.js';
import { readScaled, scaleImage } from '../../data/scaled-image.js';
import { FileError } from '../../errors.js';
import type { ByteImage } from '../../io/images.js';
import { readNpyIntegers } from '../../io/npy.js';
import { covering } from './given-images.js';

/** `[height, width, channels]` */
export type ConditionShape = readonly [number, number, number];

/** In a map of classes, a pixel of none: what annotators mean by it, and what data sets leave out. */
const NO_CLASS = 255;

/** Whether a condition of this shape is a map of classes rather than an image. */
export function isLabelMapShape([, , channels]: ConditionShape): boolean {
  return channels !== 1 && channels !== 3;
}

/** The files that a condition of this shape can be read from, by the end of their names. */
export function conditionExtensions(shape: ConditionShape): readonly string[] {
  return isLabelMapShape(shape) ? ['.png', '.npy'] : IMAGE_EXTENSIONS;
}

/** What a file has to be, for messages. */
export function describeConditionFile(shape: ConditionShape): string {
  const [height, width, channels] = shape;
  const size = `${width}×${height} pixels`;
  return isLabelMapShape(shape)
    ? `a gray PNG, or integers [height, width] of NumPy (.npy), whose values are classes 0 to ${channels - 1}; cut to ${size}`
    : `an image; scaled and cut to ${size}`;
}

/**
 * Reads a condition as a model takes it: scaled to cover the shape and cut out of its middle; a map by the nearest pixel.
 * @throws FileError that names the file: absent, no image, with a value that is no class
 */
export async function readCondition(path: string, shape: ConditionShape): Promise<Example[string]> {
  const [height, width, channels] = shape;
  const size = { width, height };
  if (!isLabelMapShape(shape)) {
    const reading = { interpolation: 'bicubic', channels: channels === 1 ? 1 : 3 } as const;
    return readScaled(path, (whole) => covering(whole, size), reading);
  }
  const map = extname(path).toLowerCase() === '.npy' ? npyLabels(path) : await readLabelMap(path);
  requireClasses(path, map, channels);
  const { data } = scaleImage(map, covering(map, size), 'nearest');
  const labels: LabelMap = { labels: data, ...size, classes: channels, dtype: 'float32' };
  return labels;
}

/** @throws FileError unless it is `[height, width]` of bytes */
function npyLabels(path: string): ByteImage {
  const { shape, values } = readNpyIntegers(path);
  const [height = 0, width = 0] = shape;
  const wrong = values.find((value) => value < 0 || value > NO_CLASS);
  if (shape.length !== 2 || values.length === 0 || wrong !== undefined) {
    throw new FileError({
      where: path,
      problem: 'not a map of classes',
      found: wrong === undefined ? `[${shape.join(', ')}]` : `the value ${wrong}`,
      expected: `[height, width] of values from 0 to ${NO_CLASS}`,
    });
  }
  return { data: Uint8Array.from(values), width, height, channels: 1 };
}

function requireClasses(path: string, { data }: ByteImage, classes: number): void {
  const wrong = data.find((value) => value >= classes && value !== NO_CLASS);
  if (wrong === undefined) return;
  throw new FileError({
    where: path,
    problem: 'has values that are no classes of the model',
    found: String(wrong),
    expected: `0 to ${classes - 1}, or ${NO_CLASS} for none`,
    remedy: 'give a map of classes rather than a picture of one',
  });
}
