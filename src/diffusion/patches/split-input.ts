import * as tf from '@tensorflow/tfjs-core';
import { withDefaults } from '../../params.js';
import { getFoldUnfold, type Cut } from './fold-unfold.js';
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

  /**
   * @param x `[N, H, W, C]`
   * @param f makes of a patch `[N, kh, kw, C]` one that is `uf` times as large or `df` times smaller
   * @param beside an image of the same height and width that is cut the same way and comes with each patch
   * @returns `[N, H uf / df, W uf / df, C']`
   * @throws UserError when patches do not reach all of the image, or `f` makes patches of another size
   */
  apply(
    x: tf.Tensor4D,
    f: (patch: tf.Tensor4D, beside: tf.Tensor4D | undefined) => tf.Tensor4D,
    { beside, ...factors }: { beside?: tf.Tensor4D | undefined; uf?: number; df?: number } = {},
  ): tf.Tensor4D {
    const [, height, width] = x.shape;
    return tf.tidy(() => {
      const { unfold, fold } = getFoldUnfold([height, width], { ...this.#cut, ...factors }, this.params);
      const besides = beside && unfold(beside);
      return fold(unfold(x).map((patch, i) => f(patch, besides?.[i])));
    });
  }
}
