import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ByteImage } from '../io/images.js';
import { HostGenerator } from '../random/index.js';
import { blur, gaussianKernel } from './blur.js';
import { bsrgan, bsrganLight } from './bsrgan.js';
import { addNoise } from './degradation-noise.js';
import { halvingTaps } from './resize-taps.js';
import { resizeFloats, type FloatImage } from './resize.js';

const random = (index: number): HostGenerator => new HostGenerator([1, 2], [0, 0, index, 0]);
const line = (...values: number[]): FloatImage => ({
  data: Float64Array.from(values),
  width: values.length,
  height: 1,
  channels: 1,
});
const near = (found: ArrayLike<number>, expected: readonly number[]): void => {
  assert.is(found.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs((found[i] ?? NaN) - value) < 1e-6, `${Array.from(found).join()} for ${expected.join()}`);
  });
};

test('convolves as scipy.ndimage with mode mirror', () => {
  // ndimage.convolve(x, [1, 2, 4]) and ndimage.convolve(x, [1, 2, 4, 8]): here the middle row of a square.
  const x = line(10, 20, 30, 40, 50, 60, 70);
  const row = (...weights: number[]) => {
    const { length: size } = weights;
    const square = new Float64Array(size * size);
    square.set(weights, Math.floor(size / 2) * size);
    return { size, weights: square };
  };
  near(blur(x, row(1, 2, 4)).data, [120, 110, 180, 250, 320, 390, 440]);
  near(blur(x, row(1, 2, 4, 8)).data, [270, 260, 410, 560, 710, 840, 930]);
  near(blur(x, row(1, 2, 4), 3).data, [120, 250, 440]);
});

test('halves as MATLAB’s imresize', () => {
  const { data } = resizeFloats(line(0, 0.1, 0.9, 0.3, 0.5, 1, 0.2, 0.7), halvingTaps(8), halvingTaps(1));
  // imresize_np(x, 1 / 2) of latent-diffusion.
  near(data, [0.11484374, 0.55078125, 0.64140624, 0.54296875]);
});

test('kernels: of sum 1, wide along their direction, shifted, and never empty', () => {
  const sum = ({ weights }: { readonly weights: Float64Array }): number => weights.reduce((a, b) => a + b);
  for (const size of [5, 6, 25]) near([sum(gaussianKernel(size, 2, 0.5, 1))], [1]);
  near([sum(gaussianKernel(6, 1e-8, 1e-8))], [1]);
  const wide = gaussianKernel(3, 100, 0.01, 0).weights;
  assert.ok((wide[3] ?? 0) > 0.3 && (wide[1] ?? 1) < 1e-9, 'along x');
  const shifted = gaussianKernel(5, 0.01, 0.01, 0, 1).weights;
  assert.is(shifted.indexOf(Math.max(...shifted)), 5 + 1);
});

test('noise of each kind has the strength it should', () => {
  const gray: FloatImage = { data: new Float64Array(3 * 4096).fill(0.5), width: 64, height: 64, channels: 3 };
  const kinds = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { data } = addNoise(gray, 10, 25, random(i));
    const deviation = Math.sqrt(data.reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / data.length) * 255;
    const isGray = data.every((v, j) => v === data[j - (j % 3)]);
    kinds.add(isGray ? 'gray' : Math.abs(deviation - 10) < 0.5 ? 'colour' : 'correlated');
    assert.ok(deviation > 0.5 && deviation < 26, String(deviation));
    if (isGray) assert.ok(Math.abs(deviation - 10) < 0.7, String(deviation));
  }
  assert.equal([...kinds].sort(), ['colour', 'correlated', 'gray']);
});

/** Large blocks of four colours: whatever is done to it, their means stay. */
const side = 48;
const image: ByteImage = {
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % side < side / 2;
    const y = Math.floor(i / 3 / side) < side / 2;
    return [x ? 200 : 60, y ? 180 : 40, x === y ? 150 : 100][i % 3] ?? 0;
  }),
  width: side,
  height: side,
  channels: 3,
};

for (const [name, degrade] of Object.entries({ bsrgan, bsrganLight })) {
  test(`${name}: smaller, worse, in place, and the same for the same numbers`, async () => {
    for (const factor of [1, 2, 3, 4]) {
      for (let i = 0; i < 6; i++) {
        const { data, width, height } = await degrade(image, factor, random(i));
        const small = side / factor;
        assert.equal([width, height, data.length], [small, small, small * small * 3]);
        const means = [0, 1, 2].map((c) => data.filter((_, j) => j % 3 === c).reduce((a, b) => a + b) / small ** 2);
        [130, 110, 125].forEach((mean, c) => {
          assert.ok(Math.abs((means[c] ?? NaN) - mean) < 12, `${factor} ${i}: ${means.join()}`);
        });
      }
    }
    assert.equal(await degrade(image, 4, random(3)), await degrade(image, 4, random(3)));
    assert.not.equal((await degrade(image, 4, random(3))).data, (await degrade(image, 4, random(4))).data);
  });
}

test.run();
