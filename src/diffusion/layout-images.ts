import type * as tf from '@tensorflow/tfjs-core';
import { CoordinateTokens, layoutOf, type BoundingBox } from '../layout/index.js';
import { BLACK, Picture, scaleOf, stacked, type Colour } from './picture.js';

/** Matplotlib's tab10, as published. */
const COLOURS: readonly Colour[] = (
  [
    [30, 118, 179],
    [255, 126, 13],
    [43, 159, 43],
    [213, 38, 39],
    [147, 102, 188],
    [139, 85, 74],
    [226, 118, 193],
    [126, 126, 126],
    [187, 188, 33],
    [22, 189, 206],
  ] as const
).map(([red, green, blue]) => [red / 127.5 - 1, green / 127.5 - 1, blue / 127.5 - 1]);
const GREY: Colour = [-0.5, -0.5, -0.5];

/**
 * Layouts as pictures, `[N, height, width, 3]` in [-1, 1]: the box of each object with the number that tells its class, and
 * grey the part that was cut out (`ObjectsBoundingBoxConditionalBuilder.plot`, which writes the names of classes).
 *
 * @param tokens int32 `[N, L]`
 * @param noTokens how many tokens there are
 */
export function layoutImages(tokens: tf.Tensor, noTokens: number, size: readonly [number, number]): tf.Tensor4D {
  const [height, width] = size;
  const [count = 0, length = 0] = tokens.shape;
  const values = tokens.dataSync();
  const coordinates = new CoordinateTokens(noTokens);
  const scale = scaleOf(width);
  const pixelsOf = ([x0, y0, w, h]: BoundingBox) => {
    const [left, top] = [Math.floor(x0 * width), Math.floor(y0 * height)];
    return [left, top, Math.floor((x0 + w) * width) - left, Math.floor((y0 + h) * height) - top] as const;
  };
  const pictures = Array.from({ length: count }, (_, i) => {
    const picture = new Picture(height, width);
    const { objects, crop } = layoutOf(values.slice(i * length, (i + 1) * length), coordinates);
    objects.forEach(({ representation, box }, k) => {
      const [left, top, w, h] = pixelsOf(box);
      picture.outline(left, top, w, h, scale, COLOURS[k % COLOURS.length] ?? BLACK);
      picture.write(String(representation), left + 2 * scale, top + scale, scale, BLACK);
    });
    if (crop) picture.outline(...pixelsOf(crop), scale, GREY);
    return picture;
  });
  return stacked(pictures, size);
}
