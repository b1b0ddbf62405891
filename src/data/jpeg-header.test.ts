import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jpegHeader } from './jpeg-header.js';

const raw = (channels: 1 | 3) =>
  sharp(new Uint8Array(5 * 7 * channels).fill(90), { raw: { width: 5, height: 7, channels } });

test('the size and channels of baseline and progressive JPEGs', async () => {
  const plain = { width: 5, height: 7, channels: 3, isAnnotated: false } as const;
  assert.equal(jpegHeader(await raw(3).jpeg().toBuffer()), plain);
  assert.equal(jpegHeader(await raw(3).jpeg({ progressive: true }).toBuffer()), plain);
  const gray = await raw(1).toColourspace('b-w').jpeg().toBuffer();
  assert.equal(jpegHeader(gray), { ...plain, channels: 1 });
});

test('whether there is something that may turn or recolour it', async () => {
  const turned = await raw(3).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  assert.is(jpegHeader(turned)?.isAnnotated, true);
  const profiled = await raw(3).withIccProfile('p3').jpeg().toBuffer();
  assert.is(jpegHeader(profiled)?.isAnnotated, true);
});

test('nothing for four colours, other formats and what ends early', async () => {
  assert.is(jpegHeader(await raw(3).toColourspace('cmyk').jpeg().toBuffer()), undefined);
  assert.is(jpegHeader(await raw(3).png().toBuffer()), undefined);
  const whole = await raw(3).jpeg().toBuffer();
  for (let length = 0; length < whole.length; length++) {
    const header = jpegHeader(whole.subarray(0, length));
    assert.ok(header === undefined || header.width === 5, String(length));
  }
  // A segment of no length must not be read for ever.
  assert.is(jpegHeader(Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 0), Buffer.alloc(40)])), undefined);
});

test.run();
