import type * as tf from '@tensorflow/tfjs-core';
import { BLACK, LETTER_WIDTH, LINE_HEIGHT, Picture, scaleOf, stacked } from './picture.js';

/**
 * Texts as pictures, black on white, `[N, height, width, 3]` in [-1, 1]: lines are broken between words and what does not
 * fit is left out (published as `log_txt_as_img`).
 */
export function textImages(texts: readonly string[], size: readonly [number, number]): tf.Tensor4D {
  const [height, width] = size;
  const scale = scaleOf(width);
  const perLine = Math.max(1, Math.floor(width / (LETTER_WIDTH * scale)));
  const pictures = texts.map((text) => {
    const picture = new Picture(height, width);
    const lines = brokenLines(text, perLine).slice(0, Math.floor(height / (LINE_HEIGHT * scale)));
    lines.forEach((line, row) => {
      picture.write(line, 0, row * LINE_HEIGHT * scale, scale, BLACK);
    });
    return picture;
  });
  return stacked(pictures, size);
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
