import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../errors.js';
import type { TextTokenizer } from './tokenizers/text-tokenizer.js';

/** What a text encoder encodes: texts, or their tokens, int32 `[N, T]`. */
export type TextOrTokens = readonly string[] | tf.Tensor;

/**
 * Texts become tokens, then what `encode` makes of tokens.
 * @throws FileError when the tokenizer's file is missing; UserError when there are texts and no tokenizer
 */
export function encodeText<T extends tf.Tensor>(
  encoder: string,
  input: TextOrTokens,
  tokenizer: TextTokenizer | undefined,
  encode: (tokens: tf.Tensor) => T,
): T {
  if (input instanceof tf.Tensor) return encode(input);
  if (!tokenizer) {
    throw new UserError({
      problem: `${encoder} was given texts, but it has no tokenizer`,
      remedy: 'set use_tokenizer: true, or give a data set whose conditions are tokens',
    });
  }
  const rows = input.map((text) => tokenizer.tokenize(text));
  return tf.tidy(() => encode(tf.tensor2d(rows.flat(), [rows.length, tokenizer.length], 'int32')));
}
