import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from './images.js';
import { pngTexts, withPngText } from './png-text.js';

const picture = { data: Uint8Array.of(0, 50, 100, 150, 200, 250), width: 3, height: 2, channels: 1 as const };

test('texts go in and come out, whatever the language; the picture stays', async () => {
  const plain = await encodePng(picture);
  const texts = { Software: 'ldm-runner', parameters: '{"prompt": "ein Bär, 熊"}' };
  const png = withPngText(plain, texts);
  assert.equal(pngTexts(png), texts);
  assert.equal(pngTexts(plain), {});
  // Another reader checks the chunks' checksums and sees the same picture and the same texts.
  const { data } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  assert.equal(
    [...data].filter((_, i) => i % 3 === 0),
    [...picture.data],
  );
  const { comments } = await sharp(png).metadata();
  assert.equal(
    comments?.map(({ keyword, text }) => [keyword, text]),
    Object.entries(texts),
  );
});

test.run();
