import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../errors.js';
import { CoordinateTokens, hasCrop, TOKENS_OF_CROP } from '../../layout/index.js';
import type { SplitInput } from './split-input.js';

/**
 * The layouts of the patches of an image: the objects are those of the image, and the tokens at the end, which say what part
 * of the whole is seen, say where the patch is (`coordinates_bbox` in the published `apply_model`). What is made of them
 * stands side by side along the sequence that a network attends to, so that the first axis still counts images.
 */
export class PatchLayouts {
  /** Two tokens of each patch. */
  readonly #places: readonly (readonly [number, number])[];

  /**
   * @param size height and width of the images that are cut
   * @param tokens how many there are
   */
  constructor(split: SplitInput, size: readonly [number, number], tokens: number) {
    const coordinates = new CoordinateTokens(tokens);
    this.#places = split.boxes(size).map((box) => coordinates.tokensOfBox(box));
  }

  /**
   * @param tokens int32 `[N, L]`, of which the last two say where the image lies in the whole
   * @param embed makes of tokens `[M, L]` what a network attends to, `[M, L, C]`
   * @returns `[N, patches L, C]`
   * @throws UserError where the tokens do not say where the image lies
   */
  contextOf(tokens: tf.Tensor, embed: (tokens: tf.Tensor) => tf.Tensor3D): tf.Tensor3D {
    const [count = 0, length = 0] = tokens.shape;
    if (!hasCrop(length)) {
      throw new UserError({
        path: 'model.params.split_input_config',
        problem: 'layouts that do not say where the crop lies cannot be cut with the image',
        found: `${length} tokens, three of each object`,
        expected: 'two more at the end',
        remedy: 'set encode_crop: true of the data set',
      });
    }
    return tf.tidy(() => {
      const objects = tf.slice(tokens, [0, 0], [count, length - TOKENS_OF_CROP]);
      const ofPatches = this.#places.map((place) => {
        const there = tf.tile(tf.tensor2d([...place], [1, 2], 'int32'), [count, 1]);
        return tf.concat([tf.cast(objects, 'int32'), there], 1);
      });
      // Those of an image one after the other, so that what is made of them only has to be reshaped.
      const all = tf.reshape(tf.stack(ofPatches, 1), [count * ofPatches.length, length]);
      const embedded = embed(all);
      return tf.reshape(embedded, [count, ofPatches.length * embedded.shape[1], embedded.shape[2]]);
    });
  }

  /**
   * The part of {@link contextOf} that is a patch's.
   * @param patches how many there are of the image at hand
   * @throws UserError where the image is of another size than the layouts were made for
   */
  ofPatch(context: tf.Tensor3D, i: number, patches: number): tf.Tensor3D {
    const [count, length, channels] = context.shape;
    if (patches !== this.#places.length) {
      throw new UserError({
        path: 'model.params.image_size',
        problem: 'layouts are cut for images of another size',
        found: `an image of ${patches} patches`,
        expected: `one of ${this.#places.length}`,
      });
    }
    return tf.slice(context, [0, (i * length) / patches, 0], [count, length / patches, channels]);
  }
}
