import type { TextTokenizer } from './text-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';
import { readTokenizer, specialToken, type TokenizerSource } from './tokenizer-files.js';

/** How a tokenizer brings texts to one length. */
export interface TokenFrame {
  /** The tokens before and after the text. */
  readonly begin: number;
  readonly end: number;
  readonly padding: number;
}

/** A tokenizer of a published model: a text's tokens between two that mark its ends, cut or padded to one length. */
export abstract class FramedTokenizer implements TextTokenizer {
  readonly #source: TokenizerSource;
  #read: { readonly tokenizer: Tokenizer; readonly frame: TokenFrame } | undefined;

  constructor(
    readonly path: string,
    readonly length: number,
    source: TokenizerSource,
  ) {
    this.#source = source;
  }

  tokenize(text: string): readonly number[] {
    const { tokenizer, frame } = (this.#read ??= this.#readFiles());
    const { begin, end, padding } = frame;
    const tokens = tokenizer.encode(text.trim(), { add_special_tokens: false }).ids;
    const kept = [begin, ...tokens.slice(0, this.length - 2), end];
    return [...kept, ...Array.from({ length: this.length - kept.length }, () => padding)];
  }

  /** The frame's tokens, by the number of each special token. */
  protected abstract frame(special: (token: string) => number): TokenFrame;

  #readFiles() {
    const tokenizer = readTokenizer(this.path, this.#source);
    const frame = this.frame((token) => specialToken(tokenizer, token, this.path, this.#source));
    return { tokenizer, frame };
  }
}
