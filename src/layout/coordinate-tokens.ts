import { roundHalfToEven } from '../rounding.js';

/** Left, top, width and height, as parts of those of the image. */
export type BoundingBox = readonly [x0: number, y0: number, width: number, height: number];

/** The whole image. */
export const FULL_CROP: BoundingBox = [0, 0, 1, 1];

/**
 * Places in an image as tokens: those of a square grid, row by row, as fine as the number of tokens allows
 * (taming-transformers, `ObjectsCenterPointsConditionalBuilder`).
 */
export class CoordinateTokens {
  /** Rows and columns of the grid. */
  readonly sections: number;

  /** @throws RangeError for less than four tokens, the corners of an image */
  constructor(readonly noTokens: number) {
    this.sections = Math.floor(Math.sqrt(noTokens));
    if (this.sections < 2) throw new RangeError(`expected at least 4 tokens, found ${noTokens}`);
  }

  /** @param x in [0, 1], as `y` */
  tokenOf(x: number, y: number): number {
    const column = roundHalfToEven(x * (this.sections - 1));
    const row = roundHalfToEven(y * (this.sections - 1));
    return row * this.sections + column;
  }

  coordinatesOf(token: number): readonly [x: number, y: number] {
    const last = this.sections - 1;
    return [(token % this.sections) / last, Math.floor(token / this.sections) / last];
  }

  /** Those of the upper left and the lower right corner. */
  tokensOfBox([x0, y0, width, height]: BoundingBox): readonly [number, number] {
    return [this.tokenOf(x0, y0), this.tokenOf(x0 + width, y0 + height)];
  }

  boxOf(upperLeft: number, lowerRight: number): BoundingBox {
    const [x0, y0] = this.coordinatesOf(upperLeft);
    const [x1, y1] = this.coordinatesOf(lowerRight);
    return [x0, y0, x1 - x0, y1 - y0];
  }
}
