import * as tf from '@tensorflow/tfjs-core';
import type { Parameter } from '../../nn/index.js';
import type { VectorQuantizerParams } from './vector-quantizer.params.js';

export type UnknownIndex = VectorQuantizerParams['unknown_index'];

/**
 * Renumbers the indices of a codebook by the codes in use, so that a model of indices need not know the others: code
 * `used[i]` has the number `i`.
 */
export class IndexRemap {
  /** How many numbers there are: those in use and perhaps one for all others. */
  readonly size: number;

  /**
   * @param used the buffer of the codes in use
   * @param codes how many codes the codebook has
   */
  constructor(
    readonly used: Parameter,
    readonly codes: number,
    readonly unknownIndex: UnknownIndex,
  ) {
    this.size = used.size + (unknownIndex === 'extra' ? 1 : 0);
  }

  /**
   * @param indices codes, int32 of any shape
   * @param draw random integers below `bound`, for the codes not in use
   * @returns their numbers, int32 of the same shape
   */
  toUsed(indices: tf.Tensor, draw: (bound: number, shape: readonly number[]) => tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const numbers = new Int32Array(this.codes).fill(-1);
      // Backwards, so that of a code that is listed twice the first place counts.
      [...this.#used()].reverse().forEach((code, i) => (numbers[code] = this.used.size - 1 - i));
      const found = tf.gather(tf.tensor1d(numbers, 'int32'), indices);
      return tf.where(tf.less(found, 0), this.#unknown(indices.shape, draw), found);
    });
  }

  /**
   * @param numbers int32 of any shape; the extra one stands for the first code in use
   * @returns the codes, int32 of the same shape
   */
  toAll(numbers: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const known = tf.where(tf.less(numbers, this.used.size), numbers, tf.zerosLike(numbers));
      return tf.gather(tf.tensor1d(this.#used(), 'int32'), this.unknownIndex === 'extra' ? known : numbers);
    });
  }

  #used(): Int32Array {
    return Int32Array.from(this.used.value.dataSync());
  }

  #unknown(shape: readonly number[], draw: (bound: number, shape: readonly number[]) => tf.Tensor): tf.Tensor {
    if (this.unknownIndex === 'random') return draw(this.size, shape);
    return tf.fill([...shape], this.unknownIndex === 'extra' ? this.used.size : this.unknownIndex, 'int32');
  }
}
