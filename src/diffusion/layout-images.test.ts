import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../engine/index.js';
import { layoutImages } from './layout-images.js';

const test = suite('pictures of layouts');
test.before(async () => {
  await selectEngine('auto');
});

/** Each pixel by a letter: grey, black, white, or another colour. */
function drawn(tokens: readonly number[], noTokens: number, [height, width]: readonly [number, number]): string[] {
  const images = layoutImages(tf.tensor2d([...tokens], [1, tokens.length], 'int32'), noTokens, [height, width]);
  assert.equal(images.shape, [1, height, width, 3]);
  const values = images.dataSync();
  const letter = (i: number): string => {
    const [red = 0, green, blue] = values.slice(3 * i, 3 * i + 3);
    if (red !== green || red !== blue) return 'c';
    return red > 0.9 ? '.' : red < -0.9 ? '#' : 'g';
  };
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => letter(y * width + x)).join(''),
  );
}

test('the box of each object with its number, and grey what was cut out', () => {
  // Of a grid of three by three: an object 1 in the right half, none, and a crop of the left half.
  assert.equal(drawn([1, 1, 8, 8, 8, 8, 0, 7], 9, [10, 16]), [
    'ggggggggcccccccc',
    'g......gc......c',
    'g......gc..#...c',
    'g......gc.##...c',
    'g......gc..#...c',
    'g......gc..#...c',
    'g......gc.###..c',
    'g......gc......c',
    'g......gc......c',
    'ggggggggcccccccc',
  ]);
});

test('nothing is drawn of no object', () => {
  assert.ok(drawn([8, 8, 8], 9, [4, 4]).every((row) => row === '....'));
});

test.run();
