import * as tf from '@tensorflow/tfjs-core';
import { PhiloxNormal, PhiloxUniform, type PhiloxAttrs } from '../ops/kernels/index.js';
import { hasNativeKernel, runNative } from '../ops/native.js';
import { advance, philox4x32, type PhiloxCounter, type PhiloxKey } from './philox.js';
import { boxMuller, uniform } from './transforms.js';

/** What a checkpoint keeps of a generator; the key follows from the seed and the stream's name. */
export type GeneratorState = PhiloxCounter;

const WORDS_PER_BLOCK = 4;

/**
 * A counter-based random number generator (Philox4x32-10, Salmon et al. 2011).
 * Each draw begins at a fresh block of four words and moves the counter on by the blocks it used, so that what a draw
 * returns depends on the key and the counter alone, never on the engine, the thread count or the shape drawn before.
 */
export class Generator {
  #counter: PhiloxCounter;

  constructor(
    readonly key: PhiloxKey,
    counter: PhiloxCounter = [0, 0, 0, 0],
  ) {
    this.#counter = counter;
  }

  get state(): GeneratorState {
    return this.#counter;
  }

  set state(state: GeneratorState) {
    this.#counter = state;
  }

  /** Standard normal draws, float32, of the given shape. */
  normal(shape: readonly number[]): tf.Tensor {
    return this.#draw(PhiloxNormal, shape, (words, values) => {
      const pair = new Float64Array(2);
      for (let i = 0; i < words.length; i += 2) {
        boxMuller(words[i] ?? 0, words[i + 1] ?? 0, pair, 0);
        values[i] = pair[0] ?? 0;
        values[i + 1] = pair[1] ?? 0;
      }
    });
  }

  /** Uniform draws in [0, 1), float32, of the given shape. */
  uniform(shape: readonly number[]): tf.Tensor {
    return this.#draw(PhiloxUniform, shape, (words, values) => {
      words.forEach((word, i) => (values[i] = uniform(word)));
    });
  }

  /** Integers in [0, bound), int32, of the given shape; `bound` at most 2^21, where the bias is below 2^-11. */
  integers(bound: number, shape: readonly number[]): tf.Tensor {
    const size = tf.util.sizeFromShape([...shape]);
    const values = Int32Array.from(this.#words(size).subarray(0, size), (word) => Math.floor((word * bound) / 2 ** 32));
    return tf.tensor(values, [...shape], 'int32');
  }

  /** A permutation of 0..size-1 (Fisher-Yates). */
  permutation(size: number): Uint32Array {
    const words = this.#words(size);
    const order = Uint32Array.from({ length: size }, (_, i) => i);
    for (let i = size - 1; i > 0; i--) {
      const j = Math.floor(((words[i] ?? 0) / 2 ** 32) * (i + 1));
      const swap = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = swap;
    }
    return order;
  }

  #draw(
    kernelName: typeof PhiloxNormal | typeof PhiloxUniform,
    shape: readonly number[],
    transform: (words: Uint32Array, values: Float32Array) => void,
  ): tf.Tensor {
    const size = tf.util.sizeFromShape([...shape]);
    if (size > 0 && hasNativeKernel(kernelName)) {
      const attrs: PhiloxAttrs = { shape, key: this.key, counter: this.#counter };
      this.#counter = advance(this.#counter, Math.ceil(size / WORDS_PER_BLOCK));
      return runNative(kernelName, {}, attrs)[0] as tf.Tensor;
    }
    const words = this.#words(size);
    const values = new Float32Array(words.length);
    transform(words, values);
    return tf.tensor(values.slice(0, size), [...shape], 'float32');
  }

  /** The next words, whole blocks of them: at least `count`. */
  #words(count: number): Uint32Array {
    const blocks = Math.ceil(count / WORDS_PER_BLOCK);
    const words = new Uint32Array(blocks * WORDS_PER_BLOCK);
    for (let block = 0; block < blocks; block++) {
      philox4x32(this.key, advance(this.#counter, block), words, block * WORDS_PER_BLOCK);
    }
    this.#counter = advance(this.#counter, blocks);
    return words;
  }
}
