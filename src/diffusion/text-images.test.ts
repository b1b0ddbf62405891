import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../engine/index.js';
import { brokenLines, textImages } from './text-images.js';

const test = suite('pictures of texts');
test.before(async () => {
  await selectEngine('auto');
});

test('lines are broken between words, longer words within', () => {
  assert.equal(brokenLines('two cats', 8), ['two cats']);
  assert.equal(brokenLines(' two  cats\non a mat', 6), ['two', 'cats', 'on a', 'mat']);
  assert.equal(brokenLines('salamander', 4), ['sala', 'mand', 'er']);
  assert.equal(brokenLines('', 4), []);
});

test('black on white; letters without their accents', () => {
  const drawn = (text: string) => {
    const values = tf.slice(textImages([text], [7, 8]), [0, 0, 0, 0], [1, 7, 8, 1]).dataSync();
    return Array.from({ length: 7 }, (_, y) =>
      [...values.slice(8 * y, 8 * y + 8)].map((v) => (v < 0 ? '#' : '.')).join(''),
    );
  };
  const picture = ['........', '.#..###.', '#.#..#..', '###..#..', '#.#..#..', '#.#..#..', '........'];
  assert.equal(drawn('AT'), picture);
  assert.equal(drawn('\u00e4t'), picture);
});

test('one picture each; what does not fit is left out', () => {
  assert.equal(textImages(['a', ''], [16, 256]).shape, [2, 16, 256, 3]);
  assert.equal(textImages(['a long text of many words'], [7, 8]).shape, [1, 7, 8, 3]);
});

test.run();
