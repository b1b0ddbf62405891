import * as tf from '@tensorflow/tfjs-core';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from './pixel-font.js';

/** Red, green and blue, in [-1, 1]. */
export type Colour = readonly [number, number, number];

export const BLACK: Colour = [-1, -1, -1];

/** Pixels from one letter to the next, and from one line to the next, at scale 1. */
export const LETTER_WIDTH = GLYPH_WIDTH + 1;
export const LINE_HEIGHT = GLYPH_HEIGHT + 2;

/** Pixels of a picture of this width for one of a letter. */
export function scaleOf(width: number): number {
  return Math.max(1, Math.round(width / 128));
}

/** A picture to be drawn in, at first white. The letters are our own, for a machine that trains may have no fonts. */
export class Picture {
  /** Red, green and blue of each pixel, row by row, in [-1, 1]. */
  readonly values: Float32Array;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.values = new Float32Array(height * width * 3).fill(1);
  }

  /** Fills a rectangle, as far as it is inside. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      for (let x = Math.max(0, left); x < Math.min(this.width, left + width); x++) {
        this.values.set(colour, (y * this.width + x) * 3);
      }
    }
  }

  /** Draws the lines around a rectangle, inside it. */
  outline(left: number, top: number, width: number, height: number, line: number, colour: Colour): void {
    this.fill(left, top, width, line, colour);
    this.fill(left, top + height - line, width, line, colour);
    this.fill(left, top, line, height, colour);
    this.fill(left + width - line, top, line, height, colour);
  }

  /** Writes a line. @param scale pixels of the picture for one of a letter */
  write(text: string, left: number, top: number, scale: number, colour: Colour): void {
    Array.from(text).forEach((character, i) => {
      for (const [x, y] of glyphOf(character)) {
        this.fill(left + (i * LETTER_WIDTH + x) * scale, top + (y + 1) * scale, scale, scale, colour);
      }
    });
  }
}

/** Pictures of one size as a tensor, `[N, H, W, 3]`. */
export function stacked(pictures: readonly Picture[], [height, width]: readonly [number, number]): tf.Tensor4D {
  const values = new Float32Array(pictures.length * height * width * 3);
  pictures.forEach((picture, i) => {
    values.set(picture.values, i * picture.values.length);
  });
  return tf.tensor4d(values, [pictures.length, height, width, 3]);
}
