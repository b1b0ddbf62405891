import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writeImage } from '../../test/support/write-images.js';
import type { ByteImage } from '../io/images.js';
import { imageMemory, readImage, type ImageReading } from './read-image.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const read = (path: string, reading: ImageReading): Promise<ByteImage> => readImage(path, reading, (image) => image);
const stored = { as: 'stored' } as const;

test('the pixels of a file, in RGB or gray', async () => {
  const rgb = await writeImage(at('rgb.png'), 2, 3, [1, 2, 3, 250, 251, 252]);
  const gray = await writeImage(at('gray.png'), 2, 1, [7, 200]);
  assert.equal([...(await read(rgb, stored)).data], [1, 2, 3, 250, 251, 252]);
  assert.equal([...(await read(gray, stored)).data], [7, 7, 7, 200, 200, 200]);
  const image = await read(gray, { ...stored, channels: 1 });
  assert.equal([image.width, image.height, image.channels, ...image.data], [2, 1, 1, 7, 200]);
});

test('transparency, palettes, 16 bits and other formats', async () => {
  const pixel = {
    create: { width: 4, height: 4, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0.5 } },
  } as const;
  await sharp(pixel).png().toFile(at('alpha.png'));
  await sharp(pixel).removeAlpha().png({ palette: true }).toFile(at('palette.png'));
  await sharp(pixel).removeAlpha().toColourspace('rgb16').png().toFile(at('deep.png'));
  await sharp(pixel).removeAlpha().webp({ lossless: true }).toFile(at('a.webp'));
  await sharp(pixel).removeAlpha().tiff().toFile(at('a.tif'));
  for (const name of ['alpha.png', 'palette.png', 'deep.png', 'a.webp', 'a.tif']) {
    assert.equal([...(await read(at(name), stored)).data.subarray(0, 3)], [200, 100, 50], name);
  }
});

test('as stored or as displayed: turned as EXIF says', async () => {
  const path = at('turned.png');
  await sharp(Uint8Array.of(10, 20), { raw: { width: 2, height: 1, channels: 1 } })
    .toColourspace('b-w')
    .withMetadata({ orientation: 6 })
    .png()
    .toFile(path);
  const asStored = await read(path, { as: 'stored', channels: 1 });
  const asDisplayed = await read(path, { as: 'displayed', channels: 1 });
  assert.equal([asStored.width, asStored.height, ...asStored.data], [2, 1, 10, 20]);
  assert.equal([asDisplayed.width, asDisplayed.height, ...asDisplayed.data], [1, 2, 10, 20]);
});

test('a file that is missing, no image or truncated is named', async () => {
  assert.match(
    await rejection(read(at('none.png'), stored)),
    /none\.png: cannot read the image: there is no such file/,
  );
  writeFileSync(at('text.png'), 'no image');
  assert.match(
    await rejection(read(at('text.png'), stored)),
    /text\.png: not an intact image: .*unsupported image format/,
  );
  const noise = { create: { width: 64, height: 64, channels: 3, background: 'red' } } as const;
  for (const name of ['cut.jpg', 'cut.png']) {
    const whole = await sharp({
      ...noise,
      create: { ...noise.create, noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .toFormat(name === 'cut.jpg' ? 'jpeg' : 'png')
      .toBuffer();
    writeFileSync(at(name), whole.subarray(0, whole.length / 2));
    assert.match(await rejection(read(at(name), stored)), /not an intact image/, name);
  }
});

test('images are decoded side by side, as far as their memory allows, and it is given back', async () => {
  const path = await writeImage(at('one.png'), 1, 1, [1]);
  let running = 0;
  let most = 0;
  const big = imageMemory.bytes / 2;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
  };
  await Promise.all([1, 2, 3, 4, 5].map(() => imageMemory.with(big, work)));
  assert.is(most, 2);
  // More than there is in all: alone, but done.
  await imageMemory.with(10 * imageMemory.bytes, work);
  await rejection(imageMemory.with(big, () => Promise.reject(new Error('broken'))));
  assert.is((await read(path, stored)).width, 1);
});

test.run();
