import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { choicesFrom } from './random.js';

/** What photographs come in, the most common first. */
const FORMATS = ['jpg', 'jpg', 'jpg', 'png', 'webp'];

/** Writes so many pictures of something like faces, of various sizes, colours and formats, with the grain of a film. */
export async function writePhotographs(folder: string, count: number, seed = 1): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { random } = choicesFrom(seed);
  const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
  for (let i = 0; i < count; i++) {
    const [width, height] = [between(280, 900), between(280, 900)];
    const name = `${String(i).padStart(5, '0')}.${FORMATS[i % FORMATS.length] ?? ''}`;
    const grain = { width, height, channels: 3 as const, noise: { type: 'gaussian' as const, mean: 128, sigma: 12 } };
    const film = await sharp({ create: { ...grain, background: 'gray' } })
      .png()
      .toBuffer();
    await sharp(Buffer.from(portrait({ width, height, between })))
      .blur(between(1, 4))
      .composite([{ input: film, blend: 'soft-light' }])
      .removeAlpha()
      .toFile(join(folder, name));
  }
}

function portrait({
  width,
  height,
  between,
}: {
  width: number;
  height: number;
  between: (least: number, most: number) => number;
}): string {
  const hsl = (hue: number, saturation: number, light: number): string => `hsl(${hue}, ${saturation}%, ${light}%)`;
  const any = (): string => hsl(between(0, 360), between(20, 80), between(15, 85));
  const skin = hsl(between(15, 35), between(30, 60), between(30, 80));
  const side = Math.min(width, height);
  const [x, y] = [width / 2 + between(-30, 30), height / 2 + between(-30, 30)];
  const [rx, ry] = [side * (between(22, 30) / 100), side * (between(30, 40) / 100)];
  const eye = (sign: number): string =>
    `<ellipse cx="${x + sign * rx * 0.4}" cy="${y - ry * 0.2}" rx="${rx * 0.14}" ry="${ry * 0.07}" fill="${any()}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="g" x2="${between(0, 100)}%" y2="100%">
      <stop offset="0" stop-color="${any()}"/><stop offset="1" stop-color="${any()}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/>
    <ellipse cx="${x}" cy="${y - ry * 0.25}" rx="${rx * 1.25}" ry="${ry * 1.1}" fill="${any()}"/>
    <ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${skin}"/>${eye(-1)}${eye(1)}
    <path d="M ${x - rx * 0.35} ${y + ry * 0.45} q ${rx * 0.35} ${between(-20, 50)} ${rx * 0.7} 0"
      stroke="${any()}" stroke-width="${side / 60}" fill="none"/></svg>`;
}
