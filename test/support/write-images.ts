import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** Writes an image of these values, one or three channels, row by row; its format is by the path's end. */
export async function writeImage(
  path: string,
  width: number,
  channels: 1 | 3,
  values: readonly number[],
): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  const height = values.length / channels / width;
  const image = sharp(Uint8Array.from(values), { raw: { width, height, channels } });
  await image.toColourspace(channels === 1 ? 'b-w' : 'srgb').toFile(path);
  return path;
}

/** A gray image of RGB pixels, whose value is the same everywhere. */
export function writePlain(path: string, value: number, width = 4, height = width): Promise<string> {
  return writeImage(path, width, 3, Array<number>(3 * width * height).fill(value));
}

/** Plain images `<name>.png` with these values, in a folder. */
export async function writeAll(folder: string, values: Readonly<Record<string, number>>): Promise<string> {
  for (const [name, value] of Object.entries(values)) await writePlain(join(folder, name), value);
  return folder;
}
