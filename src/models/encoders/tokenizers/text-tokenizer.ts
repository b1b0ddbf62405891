/** Texts to the numbers of their tokens. Its files are read when the first text is tokenized. */
export interface TextTokenizer {
  /** Tokens of every text, those that mark its ends and the padding included. */
  readonly length: number;
  /**
   * @returns `length` numbers
   * @throws FileError when its files are missing or are none of a tokenizer
   */
  tokenize(text: string): readonly number[];
}
