import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type JpegOptions } from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { imageAddon, imageAddonPath } from './image-addon.js';
import { decodeImage } from './read-image.js';

const SIDE = 37;
const isBuilt = existsSync(imageAddonPath());

/** A JPEG of noise, so that every step of decoding shows. */
function noise(channels: 1 | 3, options: JpegOptions): Promise<Buffer> {
  const data = Uint8Array.from({ length: SIDE * SIDE * channels }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256);
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg(options)
    .toBuffer();
}

async function withoutAddon<T>(work: () => T | Promise<T>): Promise<T> {
  process.env.LDM_IMAGES_ADDON = '/nonexistent.node';
  try {
    return await work();
  } finally {
    delete process.env.LDM_IMAGES_ADDON;
  }
}

test('without the addon the same pixels', async () => {
  const kinds = [
    ['4:2:0', 3, { chromaSubsampling: '4:2:0' }],
    ['4:4:4', 3, { chromaSubsampling: '4:4:4', quality: 95 }],
    ['progressive', 3, { progressive: true }],
    ['gray', 1, {}],
  ] as const;
  for (const [name, channels, options] of kinds) {
    const jpeg = await noise(channels, options);
    const decoded = () => decodeImage('a.jpg', jpeg, { as: 'displayed', channels }, (image) => image);
    const pixels = async () => new Uint8Array((await decoded()).data);
    assert.equal(await pixels(), await withoutAddon(pixels), name);
  }
});

test('a truncated JPEG is broken either way', async () => {
  const jpeg = await noise(3, {});
  const cut = () =>
    decodeImage('cut.jpg', jpeg.subarray(0, jpeg.length / 2), { as: 'stored' }, () => 'decoded').catch(String);
  assert.match(await cut(), /cut\.jpg: not an intact image/);
  assert.is(await withoutAddon(cut), await cut());
});

test('an addon that does not load is an error that says what to do', () => {
  process.env.LDM_IMAGES_ADDON = join(temporaryFolder(), 'ldm_images.node');
  writeFileSync(process.env.LDM_IMAGES_ADDON, 'no addon');
  try {
    assert.throws(imageAddon, /the native decoder does not load: .*\n.*npm run setup/);
  } finally {
    delete process.env.LDM_IMAGES_ADDON;
  }
});

if (isBuilt) {
  test('refuses memory of another size, and leaves to others what is no plain JPEG', async () => {
    const addon = imageAddon();
    const jpeg = await noise(3, {});
    assert.throws(() => addon?.decodeJpeg(jpeg, new Uint8Array(5), SIDE, SIDE), /not that of a gray or RGB image/);
    assert.is(await addon?.decodeJpeg(jpeg, new Uint8Array(12), 2, 2), false);
    assert.is(await addon?.decodeJpeg(jpeg.subarray(0, 400), new Uint8Array(3 * SIDE ** 2), SIDE, SIDE), false);
  });
}

test.run();
