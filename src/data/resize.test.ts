import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import type { ByteImage } from '../io/images.js';
import { resize, type Resizing } from './resize.js';

interface Fixture {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
  readonly cases: readonly {
    readonly resizing: Resizing;
    readonly width: number;
    readonly height: number;
    readonly data: readonly number[];
  }[];
}

/** Made by make.py beside it. */
const path = new URL('../../test/fixtures/images/resized.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
const image: ByteImage = { ...fixture, data: Uint8Array.from(fixture.data), channels: 3 };

for (const { resizing, width, height, data } of fixture.cases) {
  test(`${resizing} to ${width}×${height} as the library itself`, () => {
    const { data: found } = resize(image, width, height, resizing);
    const steps = found.map((byte, i) => Math.abs(byte - (data[i] ?? NaN)));
    // Pillow's arithmetic is kept; OpenCV's is of 11 bits in one version and 16 in another.
    assert.ok(Math.max(...steps) <= (resizing.startsWith('pil_') ? 0 : 1), `${Math.max(...steps)} of 255`);
  });
}

const gray = (width: number, values: readonly number[]): ByteImage => ({
  data: Uint8Array.from(values),
  width,
  height: values.length / width,
  channels: 1,
});

test('small cases by hand', () => {
  const ramp = gray(4, [0, 10, 20, 30]);
  assert.equal([...resize(ramp, 2, 1, 'pil_nearest').data], [10, 30]);
  assert.equal([...resize(ramp, 2, 1, 'cv_nearest').data], [0, 20]);
  assert.equal([...resize(ramp, 2, 1, 'pil_box').data], [5, 25]);
  assert.equal([...resize(ramp, 2, 1, 'cv_area').data], [5, 25]);
  // Between the two middle pixels, whatever lies beyond: no antialiasing.
  assert.equal([...resize(ramp, 1, 1, 'cv_bilinear').data], [15]);
  assert.equal([...resize(gray(1, [7]), 3, 2, 'cv_bicubic').data], [7, 7, 7, 7, 7, 7]);
});

test('an image of the right size is that image', () => {
  assert.is(resize(image, 24, 20, 'pil_lanczos'), image);
});

test.run();
