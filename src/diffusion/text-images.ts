import * as tf from '@tensorflow/tfjs-core';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from './pixel-font.js';

/**
 * Texts as pictures, black on white, `[N, height, width, 3]` in [-1, 1]: lines are broken between words and what does not
 * fit is left out (published as `log_txt_as_img`). The letters are our own, for a machine that trains may have no fonts.
 */
export function textImages(texts: readonly string[], [height, width]: readonly [number, number]): tf.Tensor4D {
  const scale = Math.max(1, Math.round(width / 128));
  const [across, down] = [GLYPH_WIDTH + 1, GLYPH_HEIGHT + 2].map((size) => size * scale) as [number, number];
  const perLine = Math.max(1, Math.floor(width / across));
  const values = new Float32Array(texts.length * height * width).fill(1);
  texts.forEach((text, i) => {
    const lines = brokenLines(text, perLine).slice(0, Math.floor(height / down));
    lines.forEach((line, row) => {
      Array.from(line).forEach((character, column) => {
        for (const [x, y] of glyphOf(character)) {
          for (let pixel = 0; pixel < scale * scale; pixel++) {
            const left = column * across + x * scale + (pixel % scale);
            const top = row * down + (y + 1) * scale + Math.floor(pixel / scale);
            if (left < width) values[(i * height + top) * width + left] = -1;
          }
        }
      });
    });
  });
  return tf.tidy(() => tf.tile(tf.tensor4d(values, [texts.length, height, width, 1]), [1, 1, 1, 3]));
}

/** A text in lines of at most so many characters; a word that is longer is cut. */
export function brokenLines(text: string, perLine: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const joint = line === '' ? word : `${line} ${word}`;
    if (joint.length <= perLine) {
      line = joint;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    for (; line.length > perLine; line = line.slice(perLine)) lines.push(line.slice(0, perLine));
  }
  return line === '' ? lines : [...lines, line];
}
