import { FramedTokenizer, type TokenFrame } from './framed-tokenizer.js';
import type { TokenizerDescription } from './tokenizer.js';
import type { TokenizerSource } from './tokenizer-files.js';

const SOURCE: TokenizerSource = {
  name: 'BERT (bert-base-uncased)',
  page: 'https://huggingface.co/google-bert/bert-base-uncased/tree/main',
  alternative: { files: ['vocab.txt'], describe: ([vocabulary = '']) => wordPieces(vocabulary) },
};

/**
 * The uncased word pieces of BERT (Devlin et al. 2018, section 3; `ldm.modules.encoders.modules.BERTTokenizer`): lower
 * case, no accents, `[CLS]` before and `[SEP]` after, cut or padded to one length.
 */
export class BertTokenizer extends FramedTokenizer {
  /** @param path folder with `tokenizer.json` or `vocab.txt`, or one of these files */
  constructor(path: string, length: number) {
    super(path, length, SOURCE);
  }

  protected override frame(special: (token: string) => number): TokenFrame {
    return { begin: special('[CLS]'), end: special('[SEP]'), padding: special('[PAD]') };
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
