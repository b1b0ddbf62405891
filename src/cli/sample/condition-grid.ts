import * as tf from '@tensorflow/tfjs-core';
import { inColour } from '../../metrics/image-values.js';

/** Images and pictures of their conditions, laid out. */
export interface ConditionGrid {
  /** `[N, H, W, C]` in [-1, 1]; the caller disposes them. */
  readonly images: tf.Tensor4D;
  readonly columns: number;
}

/**
 * A grid whose rows begin with the picture of their condition; of one image under each condition, several such pairs stand
 * in a row.
 *
 * @param images `[N, H, W, C]`, those of a row side by side
 * @param pictures of the conditions, `[M, h, w, c]`: drawn as large as the images, gray or in colours
 * @param conditions the number of the condition of each image
 * @param columns images in a row
 */
export function conditionGrid(
  images: tf.Tensor4D,
  pictures: tf.Tensor4D,
  { conditions, columns = 1 }: { conditions: readonly number[]; columns?: number | undefined },
): ConditionGrid {
  const [count, height, width] = images.shape;
  const rows = Math.ceil(count / columns);
  const grid = tf.tidy(() => {
    const shown = inColour(tf.image.resizeNearestNeighbor(pictures, [height, width]));
    const all = tf.concat([inColour(images), shown]);
    const order = Array.from({ length: rows }, (_, row) => {
      const own = conditions.slice(row * columns, (row + 1) * columns);
      return [count + (own[0] ?? 0), ...own.map((__, i) => row * columns + i)];
    });
    return tf.gather(all, order.flat());
  });
  const pairs = columns === 1 ? Math.ceil(Math.sqrt(rows / 2)) : 1;
  return { images: grid, columns: pairs * (columns + 1) };
}
