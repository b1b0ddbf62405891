import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ByteImage } from '../io/images.js';
import { HostGenerator } from '../random/index.js';
import { crop, flipLeftRight } from './crop.js';
import { centerBox, randomBox, withShortestSide } from './geometry.js';
import { place } from './scaled-image.js';

const random = (index = 0): HostGenerator => new HostGenerator([1, 2], [0, 0, index, 0]);

test('the shorter side gets its pixels, the other one keeps the proportion; halves go to even', () => {
  assert.equal(withShortestSide({ width: 500, height: 375 }, 256), { width: 341, height: 256 });
  assert.equal(withShortestSide({ width: 2, height: 5 }, 1), { width: 1, height: 2 });
  assert.equal(withShortestSide({ width: 2, height: 3 }, 5), { width: 5, height: 8 });
});

test('the middle, a pixel nearer to the top and left where there is none', () => {
  assert.equal(centerBox({ width: 7, height: 5 }, { width: 4, height: 4 }), { left: 1, top: 0, width: 4, height: 4 });
});

test('random places reach every corner and stay inside', () => {
  const image = { width: 4, height: 3 };
  const places = Array.from({ length: 200 }, (_, i) => randomBox(image, { width: 2, height: 2 }, random(i)));
  const found = new Set(places.map(({ left, top }) => `${left},${top}`));
  assert.equal([...found].sort(), ['0,0', '0,1', '1,0', '1,1', '2,0', '2,1']);
});

test('cuts and mirrors pixels', () => {
  const image: ByteImage = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2, channels: 1 };
  assert.equal([...crop(image, { left: 1, top: 0, width: 2, height: 2 }).data], [2, 3, 5, 6]);
  assert.equal([...flipLeftRight(image).data], [3, 2, 1, 6, 5, 4]);
  const rgb: ByteImage = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1, channels: 3 };
  assert.equal([...flipLeftRight(rgb).data], [4, 5, 6, 1, 2, 3]);
});

test('scaling and cutting: sizes with and without each of the two', () => {
  const image = { width: 300, height: 200 };
  const placed = (size: number | null, cropSize: number | null) => {
    const { scaled, box } = place(image, { size, cropSize, randomCrop: false, flipP: 0 }, random());
    return [scaled.width, scaled.height, box.left, box.top, box.width, box.height];
  };
  assert.equal(placed(null, null), [300, 200, 0, 0, 300, 200]);
  assert.equal(placed(100, null), [150, 100, 25, 0, 100, 100]);
  assert.equal(placed(100, 50), [150, 100, 50, 25, 50, 50]);
  assert.equal(placed(null, 50), [300, 200, 125, 75, 50, 50]);
  // Too small to cut so much out of it: enlarged.
  assert.equal(placed(null, 400), [600, 400, 100, 0, 400, 400]);
});

test.run();
