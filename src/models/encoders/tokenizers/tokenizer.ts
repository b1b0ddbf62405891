import * as library from '@huggingface/tokenizers';

/** A tokenizer as the library takes it: the content of a `tokenizer.json`. */
export type TokenizerDescription = Readonly<Record<string, unknown>>;

/** What is used of the library's tokenizer. */
export interface Tokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}

// The declarations of 0.2.0 import one another without extensions, which Node's module resolution does not follow.
const { Tokenizer: HuggingFaceTokenizer } = library as unknown as {
  readonly Tokenizer: new (description: TokenizerDescription, config: object) => Tokenizer;
};

/** @throws Error when the description is not one that the library knows */
export function createTokenizer(description: TokenizerDescription): Tokenizer {
  return new HuggingFaceTokenizer(description, {});
}
