import { FramedTokenizer, type TokenFrame } from './framed-tokenizer.js';
import type { TokenizerDescription } from './tokenizer.js';
import { parseJson, type TokenizerSource } from './tokenizer-files.js';

const BEGIN = '<|startoftext|>';
const END = '<|endoftext|>';

const SOURCE: TokenizerSource = {
  name: 'CLIP',
  page: 'https://huggingface.co/openai/clip-vit-large-patch14/tree/main',
  alternative: {
    files: ['vocab.json', 'merges.txt'],
    describe: ([vocabulary = '', merges = ''], [vocabularyPath = '']) =>
      bytePairs(parseJson(vocabularyPath, vocabulary), merges),
  },
};

/**
 * The byte pairs of CLIP (Radford et al. 2021, section 2.4; `clip.tokenize`): lower case, 49406 before and 49407 after,
 * padded with zeros. A longer text is cut, as `truncate=True` does there. Mis-encoded characters and HTML entities,
 * which `clip.tokenize` mends first, are taken as they are.
 */
export class ClipTokenizer extends FramedTokenizer {
  /** @param path folder with `tokenizer.json`, or with `vocab.json` and `merges.txt`, or one of these files */
  constructor(path: string, length: number) {
    super(path, length, SOURCE);
  }

  protected override frame(special: (token: string) => number): TokenFrame {
    // Not the padding that its tokenizer.json would ask for: OpenAI's own pads with zeros.
    return { begin: special(BEGIN), end: special(END), padding: 0 };
  }
}

/** What CLIP's `tokenizer.json` says. */
function bytePairs(vocab: TokenizerDescription, merges: string): TokenizerDescription {
  const words = `<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+`;
  return {
    added_tokens: [BEGIN, END]
      .filter((content) => content in vocab)
      .map((content) => ({ id: vocab[content], content, normalized: false, special: true })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: words }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      vocab,
      merges: merges.split(/\r?\n/).filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version'))),
    },
  };
}
