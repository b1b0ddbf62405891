import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../errors.js';
import { getWeighting, meshgrid, type BorderWeights } from './border-weights.js';

type Pair = readonly [number, number];

/** How images are cut. */
export interface Cut {
  /** Height and width of a patch. */
  readonly ks: Pair;
  /** From one patch to the next, down and across. */
  readonly stride: Pair;
  /** What is put together is so many times as large as what was cut, in height and width. */
  readonly uf?: number;
  /** What is put together is so many times smaller. */
  readonly df?: number;
}

/** The patches of images of one size. */
export interface Patches {
  /** Height and width of each. */
  readonly patch: Pair;
  /** From one to the next, down and across. */
  readonly step: Pair;
  /** How many there are, down and across. */
  readonly grid: Pair;
  /** Top and left of each. */
  readonly corners: readonly Pair[];
}

/** How images of one size are cut into patches, and put together again from what became of these. */
export interface FoldUnfold {
  /** Patches `[N, kh, kw, C]` of an image `[N, H, W, C]`, row by row. */
  readonly unfold: (x: tf.Tensor4D) => tf.Tensor4D[];
  /** The mean of the patches, each weighed by the distance to its border: `[N, H', W', C]`. */
  readonly fold: (patches: readonly tf.Tensor4D[]) => tf.Tensor4D;
  /** The weight of each pixel of each patch as it is put together, `[patches][kh' kw']`. */
  readonly weighting: readonly (readonly number[])[];
}

/**
 * The published `get_fold_unfold`. A patch or a stride that is larger than the image is made as large as it is.
 *
 * @param size height and width of the images
 * @throws UserError when patches do not reach all of the image, which as published gave NaN, or cannot be made smaller
 */
export function getFoldUnfold(
  [height, width]: Pair,
  { ks, stride, uf = 1, df = 1 }: Cut,
  weights: BorderWeights,
): FoldUnfold {
  const {
    patch: [kh, kw],
    step,
    grid,
    corners,
  } = patchesOf([height, width], { ks, stride });
  for (const size of [height, width, kh, kw, ...step]) checkDivides(size, df);
  const to = (size: number): number => (size * uf) / df;
  const patch: Pair = [to(kh), to(kw)];
  const { pixels, ties } = getWeighting(patch, grid, weights);

  const padded = (x: tf.Tensor4D, [top, left]: Pair): tf.Tensor4D => {
    const [below, right] = [to(height) - to(top) - patch[0], to(width) - to(left) - patch[1]];
    return tf.pad(x, [
      [0, 0],
      [to(top), below],
      [to(left), right],
      [0, 0],
    ]);
  };
  return {
    weighting: ties.map((tie) => pixels.map((pixel) => pixel * tie)),
    unfold: (x) => corners.map(([top, left]) => tf.slice(x, [0, top, left, 0], [-1, kh, kw, -1])),
    fold: (patches) =>
      tf.tidy(() => {
        const weight = tf.tensor4d(pixels, [1, ...patch, 1]);
        const sum = (summands: (tie: number, i: number) => tf.Tensor4D): tf.Tensor4D =>
          corners
            .map((corner, i) => padded(summands(ties[i] ?? 1, i), corner))
            .reduce((total, part) => tf.add(total, part));
        const normalization = sum((tie) => tf.mul(weight, tie));
        const weighed = sum((tie, i) => {
          const { [i]: made } = patches;
          if (made?.shape[1] !== patch[0] || made.shape[2] !== patch[1]) throw wrongSize(made, patch);
          return tf.mul(made, tf.mul(weight, tie));
        });
        return tf.div(weighed, normalization);
      }),
  };
}

/**
 * Where the patches of an image are, row by row.
 *
 * @param size height and width of the image
 * @throws UserError when they do not reach all of it
 */
export function patchesOf([height, width]: Pair, { ks, stride }: Pick<Cut, 'ks' | 'stride'>): Patches {
  const [kh, kw] = [Math.min(ks[0], height), Math.min(ks[1], width)];
  const [sy, sx] = [Math.min(stride[0], height), Math.min(stride[1], width)];
  checkCover(height, kh, sy);
  checkCover(width, kw, sx);
  const grid = [(height - kh) / sy + 1, (width - kw) / sx + 1] as const;
  const corners = meshgrid(...grid).map(([row, column]): [number, number] => [row * sy, column * sx]);
  return { patch: [kh, kw], step: [sy, sx], grid, corners };
}

function checkCover(size: number, ks: number, stride: number): void {
  if ((size - ks) % stride === 0 && stride <= ks) return;
  throw new UserError({
    path: 'model.params.split_input_config.params.stride',
    problem: 'patches do not reach all of the image',
    found: `patches of ${ks} pixels, one every ${stride}, on an image of ${size}`,
    expected: 'a stride no larger than the patch, with which the last one ends where the image does',
  });
}

function checkDivides(size: number, factor: number): void {
  if (size % factor === 0) return;
  throw new UserError({
    path: 'model.params.split_input_config.params.vqf',
    problem: 'does not divide the images, the patches and the stride',
    found: `${size} pixels, made ${factor} times smaller`,
    expected: `multiples of ${factor}`,
  });
}

function wrongSize(found: tf.Tensor4D | undefined, [height, width]: Pair): UserError {
  return new UserError({
    path: 'model.params.split_input_config.params.vqf',
    problem: 'what a patch becomes has another size',
    found: found ? `[${found.shape.join(', ')}]` : 'nothing',
    expected: `[N, ${height}, ${width}, C]`,
    remedy: 'let vqf be what the first stage makes images smaller by',
  });
}
