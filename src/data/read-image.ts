import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { FileError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import type { ByteImage } from '../io/images.js';
import type { Size } from './geometry.js';
import { imageAddon } from './image-addon.js';
import { jpegHeader } from './jpeg-header.js';
import { MemoryBudget } from './memory-budget.js';
import { pixelMemory } from './pixel-memory.js';

/** What an image file is read as. */
export interface ImageReading {
  /** 3 is RGB, 1 is gray. */
  readonly channels?: 1 | 3;
  /**
   * `stored`: the numbers in the file, as Pillow and so CompVis's code read them. `displayed`: as a viewer shows it,
   * turned as its EXIF orientation says and in sRGB, whatever its colour profile.
   */
  readonly as: 'stored' | 'displayed';
  /**
   * What to do while decoding, off the thread: resize, crop; nothing where it gives undefined.
   * @param size of the whole image, upright
   */
  readonly prepare?: (size: Size) => ((image: Sharp) => Sharp) | undefined;
}

/** So many bytes of decoded images may wait to be taken; see {@link MemoryBudget}. */
export const imageMemory = new MemoryBudget(256 * 2 ** 20);

/** Node's own promises open a handle for each file, which takes longer than to read a small one. */
const readWhole = promisify(readFile);

const REMEDY = 'take it out of the data set, or put an intact copy in its place';

/**
 * Reads an image file of any common format, without its alpha channel, on libuv's threads.
 * @param use takes the pixels, which count as memory in use until it returns
 * @throws FileError that names the file: absent, not an image, truncated
 */
export async function readImage<T>(path: string, reading: ImageReading, use: (image: ByteImage) => T): Promise<T> {
  return decodeImage(path, await readBytes(path), reading, use);
}

/**
 * As {@link readImage}, from the content of a file.
 * @param where what has it, for messages
 */
export async function decodeImage<T>(
  where: string,
  bytes: Buffer,
  reading: ImageReading,
  use: (image: ByteImage) => T,
): Promise<T> {
  const { channels = 3, as } = reading;
  const plain = plainJpeg(bytes, channels, as);
  const { width, height } = plain ?? (await headerOf(where, bytes, as));
  const prepare = reading.prepare?.({ width, height });
  return imageMemory.with(width * height * channels, async () => {
    const decoded = plain && !prepare ? await decodePlain(bytes, plain, channels) : undefined;
    return use(decoded ?? (await decode(where, bytes, reading, prepare)));
  });
}

/** @throws FileError where the file cannot be read */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readWhole(path);
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

/** The size of a JPEG whose numbers need no more than decoding: neither turned nor moved into another colour space. */
function plainJpeg(bytes: Buffer, channels: 1 | 3, as: ImageReading['as']): Size | undefined {
  const header = jpegHeader(bytes);
  if (!header || header.channels > channels) return undefined;
  return as === 'displayed' && header.isAnnotated ? undefined : header;
}

/** With libjpeg-turbo alone: to set up sharp's pipeline takes longer than to decode a small JPEG. The bits are the same. */
async function decodePlain(bytes: Buffer, { width, height }: Size, channels: 1 | 3): Promise<ByteImage | undefined> {
  const addon = imageAddon();
  if (!addon) return undefined;
  const data = pixelMemory.take(width * height * channels);
  return (await addon.decodeJpeg(bytes, data, width, height)) ? { data, width, height, channels } : undefined;
}

async function decode(
  path: string,
  bytes: Buffer,
  { channels = 3, as }: ImageReading,
  prepare: (image: Sharp) => Sharp = (image) => image,
): Promise<ByteImage> {
  // A warning alone, such as stray bytes between two markers, is no reason to leave an image out.
  const source = sharp(bytes, { failOn: 'truncated', ignoreIcc: as === 'stored' });
  const upright = as === 'displayed' ? source.autoOrient() : source;
  const colours = prepare(upright)
    .removeAlpha()
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  try {
    const { data, info } = await colours.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`it has ${info.channels} channels, not ${channels}`);
    return { data, width: info.width, height: info.height, channels };
  } catch (cause) {
    throw brokenImage(path, cause);
  }
}
