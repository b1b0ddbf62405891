import { framed, type TextTokenizer, type TokenFrame } from './text-tokenizer.js';
import type { Tokenizer, TokenizerDescription } from './tokenizer.js';
import { readTokenizer, specialToken, type TokenizerSource } from './tokenizer-files.js';

const SOURCE: TokenizerSource = {
  name: 'BERT (bert-base-uncased)',
  page: 'https://huggingface.co/google-bert/bert-base-uncased/tree/main',
  alternative: { files: ['vocab.txt'], describe: ([vocabulary = '']) => wordPieces(vocabulary) },
};

/**
 * The uncased word pieces of BERT (Devlin et al. 2018, section 3; `ldm.modules.encoders.modules.BERTTokenizer`): lower
 * case, no accents, `[CLS]` before and `[SEP]` after, cut or padded to one length.
 */
export class BertTokenizer implements TextTokenizer {
  #read: { readonly tokenizer: Tokenizer; readonly frame: TokenFrame } | undefined;

  /** @param path folder with `tokenizer.json` or `vocab.txt`, or one of these files */
  constructor(
    readonly path: string,
    readonly length: number,
  ) {}

  tokenize(text: string): readonly number[] {
    const { tokenizer, frame } = (this.#read ??= this.#readFiles());
    return framed(tokenizer.encode(text, { add_special_tokens: false }).ids, frame);
  }

  #readFiles() {
    const tokenizer = readTokenizer(this.path, SOURCE);
    const special = (token: string) => specialToken(tokenizer, token, this.path, SOURCE);
    const frame = { length: this.length, begin: special('[CLS]'), end: special('[SEP]'), padding: special('[PAD]') };
    return { tokenizer, frame };
  }
}

/** What the `tokenizer.json` of bert-base-uncased says, for a vocabulary of one token a line, numbered from 0. */
function wordPieces(vocabulary: string): TokenizerDescription {
  const tokens = vocabulary.split(/\r?\n/);
  if (tokens.at(-1) === '') tokens.pop();
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  return {
    added_tokens: special
      .filter((content) => tokens.includes(content))
      .map((content) => ({ id: tokens.indexOf(content), content, normalized: false, special: true })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
}
