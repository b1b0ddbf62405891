import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { FileError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import type { ByteImage } from '../io/images.js';
import type { Size } from './geometry.js';
import { MemoryBudget } from './memory-budget.js';

/** What an image file is read as. */
export interface ImageReading {
  /** 3 is RGB, 1 is gray. */
  readonly channels?: 1 | 3;
  /**
   * `stored`: the numbers in the file, as Pillow and so CompVis's code read them. `displayed`: as a viewer shows it,
   * turned as its EXIF orientation says and in sRGB, whatever its colour profile.
   */
  readonly as: 'stored' | 'displayed';
  /** What to do while decoding, off the thread: resize, crop. The size is that of the whole image, upright. */
  readonly prepare?: (image: Sharp, size: Size) => Sharp;
}

/** So many bytes of decoded images may wait to be taken; see {@link MemoryBudget}. */
export const imageMemory = new MemoryBudget(256 * 2 ** 20);

const REMEDY = 'take it out of the data set, or put an intact copy in its place';

/**
 * Reads an image file of any common format, without its alpha channel, on libuv's threads.
 * @param use takes the pixels, which count as memory in use until it returns
 * @throws FileError that names the file: absent, not an image, truncated
 */
export async function readImage<T>(path: string, reading: ImageReading, use: (image: ByteImage) => T): Promise<T> {
  const bytes = await readBytes(path);
  const { width, height } = await headerOf(path, bytes, reading.as);
  return imageMemory.with(width * height * (reading.channels ?? 3), async () => {
    const image = await decode(path, bytes, { width, height }, reading);
    return use(image);
  });
}

/** @throws FileError where the file cannot be read */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw fileProblem(path, 'read the image', cause, { remedy: REMEDY });
  }
}

/** An error that says that this file is no image, or not a whole one. */
export function brokenImage(path: string, cause: unknown): FileError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new FileError({ where: path, problem: `not an intact image: ${detail}`, remedy: REMEDY }, { cause });
}

async function headerOf(path: string, bytes: Buffer, as: ImageReading['as']): Promise<Size> {
  let header: Metadata;
  try {
    header = await sharp(bytes).metadata();
  } catch (cause) {
    throw brokenImage(path, cause);
  }
  return as === 'displayed' ? header.autoOrient : header;
}

async function decode(path: string, bytes: Buffer, size: Size, reading: ImageReading): Promise<ByteImage> {
  const { channels = 3, as, prepare } = reading;
  // A warning alone, such as stray bytes between two markers, is no reason to leave an image out.
  const source = sharp(bytes, { failOn: 'truncated', ignoreIcc: as === 'stored' });
  const upright = as === 'displayed' ? source.autoOrient() : source;
  const colours = (prepare?.(upright, size) ?? upright).removeAlpha().toColourspace(channels === 1 ? 'b-w' : 'srgb');
  try {
    const { data, info } = await colours.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`it has ${info.channels} channels, not ${channels}`);
    return { data, width: info.width, height: info.height, channels };
  } catch (cause) {
    throw brokenImage(path, cause);
  }
}
