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

/** How a tokenizer brings texts to one length. */
export interface TokenFrame {
  readonly length: number;
  /** The tokens before and after the text. */
  readonly begin: number;
  readonly end: number;
  readonly padding: number;
}

/** The text's tokens between `begin` and `end`, cut to fit and filled up with `padding`. */
export function framed(tokens: readonly number[], { length, begin, end, padding }: TokenFrame): number[] {
  const kept = [begin, ...tokens.slice(0, length - 2), end];
  return [...kept, ...Array.from({ length: length - kept.length }, () => padding)];
}
