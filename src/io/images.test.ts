import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { encodePng, imageGrid, separateImages, writePng } from './images.js';

/** Gray levels of a grid whose channels must agree, row by row. */
function grayRows({ data, width, height }: { data: Uint8Array; width: number; height: number }): number[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const [r, g, b] = data.subarray((y * width + x) * 3);
      assert.ok(r === g && g === b);
      return r ?? NaN;
    }),
  );
}

test('lays images out as torchvision.make_grid does, padding around and between, empty places as padding', () => {
  const images = { data: Float32Array.of(0.2, 0.4, 1), shape: [3, 1, 1, 1] };
  const grid = imageGrid(images, { columns: 2, padding: 1, range: [0, 1] });
  assert.is(grid.channels, 3);
  assert.equal(grayRows(grid), [
    [0, 0, 0, 0, 0],
    [0, 51, 0, 102, 0],
    [0, 0, 0, 0, 0],
    [0, 255, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ]);
});

test('takes [-1, 1] by default, with a gray padding two pixels wide, and clamps what is beyond', () => {
  const grid = imageGrid({ data: Float32Array.of(-1.5, 3), shape: [2, 1, 1, 1] });
  const [g, pad] = [128, [128, 128]];
  assert.equal(grayRows(grid)[2], [...pad, 0, ...pad, 255, ...pad]);
  assert.equal([grid.width, grid.height, grid.data[0]], [8, 5, g]);
});

test('a single image gets no padding; colours keep their order; NaN is black', () => {
  const grid = imageGrid({ data: Float32Array.of(1, 0.2, NaN), shape: [1, 1, 1, 3] }, { range: [0, 1] });
  assert.equal([...grid.data], [255, 51, 0]);
  assert.equal([grid.width, grid.height], [1, 1]);
});

test('separates a batch into images of its own number of channels', () => {
  const images = separateImages({ data: Float32Array.of(-1, 1, 0.6, -0.6), shape: [2, 1, 2, 1] });
  assert.equal(images, [
    { data: Uint8Array.of(0, 255), width: 2, height: 1, channels: 1 },
    { data: Uint8Array.of(204, 51), width: 2, height: 1, channels: 1 },
  ]);
});

test('refuses other shapes', () => {
  const wrong = (shape: number[], size: number) => () => imageGrid({ data: new Float32Array(size), shape });
  assert.throws(wrong([2, 3, 3, 4], 72), 'images: expected [N, H, W, 1 or 3] with N at least 1, found [2, 3, 3, 4]');
  assert.throws(wrong([0, 3, 3, 1], 0), /found \[0, 3, 3, 1\], 0 values/);
  assert.throws(wrong([3, 3, 1], 9), /found \[3, 3, 1\]/);
  assert.throws(wrong([1, 3, 3, 1], 8), /8 values/);
});

test('writes PNG files, gray or RGB, that decode to the same bytes', async () => {
  const path = join(temporaryFolder(), 'image.png');
  const colour = { data: Uint8Array.of(1, 2, 3, 255, 0, 7), width: 2, height: 1, channels: 3 } as const;
  await writePng(path, colour);
  assert.equal(readdirSync(join(path, '..')), ['image.png']);
  const decoded = await sharp(readFileSync(path)).raw().toBuffer({ resolveWithObject: true });
  assert.equal(new Uint8Array(decoded.data), colour.data);

  const gray = await encodePng({ data: Uint8Array.of(0, 128, 255), width: 1, height: 3, channels: 1 });
  assert.is(gray.toString('latin1', 1, 4), 'PNG');
  // Bit depth 8, colour type 0: gray, in the header chunk after width 1 and height 3.
  assert.equal([...gray.subarray(16, 26)], [0, 0, 0, 1, 0, 0, 0, 3, 8, 0]);
});

test.run();
