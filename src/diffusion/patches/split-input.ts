import * as tf from '@tensorflow/tfjs-core';
import type { BoundingBox } from '../../layout/index.js';
import { withDefaults } from '../../params.js';
import { getFoldUnfold, patchesOf, type Cut } from './fold-unfold.js';
import { splitInputParams, type SplitInputParams, type SplitInputParamsInput } from './split-input.params.js';

/**
 * Applies a model to images patch by patch and blends what it makes of the patches, so that it works on larger images
 * than it was trained on, or than there is memory for (the attribute `split_input_params` of the published
 * LatentDiffusion). Gradients go through.
 */
export class SplitInput {
  readonly params: SplitInputParams;
  readonly #cut: Cut;

  constructor(given: SplitInputParamsInput = {}) {
    this.params = withDefaults(splitInputParams, given);
    const pair = ([down = 1, across = 1]: readonly number[]) => [down, across] as const;
    this.#cut = { ks: pair(this.params.ks), stride: pair(this.params.stride) };
  }

  /** Where the patches of an image are, row by row, each as a part of it. @param size its height and width */
  boxes(size: readonly [number, number]): BoundingBox[] {
    const [height, width] = size;
    const { patch, corners } = patchesOf(size, this.#cut);
    return corners.map(([top, left]) => [left / width, top / height, patch[1] / width, patch[0] / height]);
  }

  /**
   * @param x `[N, H, W, C]`
   * @param f makes of a patch `[N, kh, kw, C]`, the i-th of so many, one that is `uf` times as large or `df` times smaller
   * @param beside an image of the same height and width that is cut the same way and comes with each patch
   * @returns `[N, H uf / df, W uf / df, C']`
   * @throws UserError when patches do not reach all of the image, or `f` makes patches of another size
   */
  apply(
    x: tf.Tensor4D,
    f: (patch: tf.Tensor4D, beside: tf.Tensor4D | undefined, i: number, count: number) => tf.Tensor4D,
    { beside, ...factors }: { beside?: tf.Tensor4D | undefined; uf?: number; df?: number } = {},
  ): tf.Tensor4D {
    const [, height, width] = x.shape;
    return tf.tidy(() => {
      const { unfold, fold } = getFoldUnfold([height, width], { ...this.#cut, ...factors }, this.params);
      const besides = beside && unfold(beside);
      return fold(unfold(x).map((patch, i, { length }) => f(patch, besides?.[i], i, length)));
    });
  }
}
