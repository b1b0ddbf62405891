import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { BertTokenizer } from './bert-tokenizer.js';
import { ClipTokenizer } from './clip-tokenizer.js';

const BERT = 'test/fixtures/encoders/bert';
const CLIP = 'test/fixtures/encoders/clip';

test('BERT: lower case, no accents, word pieces, unknown words, punctuation and Chinese characters apart', () => {
  const tokens = new BertTokenizer(BERT, 16).tokenize("A Painting of the  Cafés' unbelievable\tzebra中!");
  //              [CLS] a painting of the cafe ##s '  un ##believ ##able [UNK] 中 ! [SEP] [PAD]
  assert.equal(tokens, [2, 5, 8, 9, 10, 6, 7, 17, 11, 12, 13, 1, 15, 14, 3, 0]);
});

test('BERT: a text is cut before [SEP], an empty one is all padding; special tokens in a text are themselves', () => {
  const tokenizer = new BertTokenizer(BERT, 4);
  assert.equal(tokenizer.tokenize('a dog of the un'), [2, 5, 16, 3]);
  assert.equal(tokenizer.tokenize(''), [2, 3, 0, 0]);
  assert.equal(tokenizer.tokenize('a [MASK]'), [2, 5, 4, 3]);
});

test('CLIP: lower case, white space gathered, byte pairs in order of rank, zeros after the end', () => {
  const tokenizer = new ClipTokenizer(CLIP, 12);
  const letter = (character: string): number => character.charCodeAt(0) - '!'.charCodeAt(0);
  const last = (character: string): number => 256 + letter(character);
  assert.equal(tokenizer.tokenize(" A  Photo\nof CAT's 12"), [
    ...[523, last('a'), 515, 516, 518, 521, last('1'), last('2'), 524],
    ...[0, 0, 0],
  ]);
  // Bytes of é, one merge; "dogs" ends in s, so that "dog</w>" does not apply.
  assert.equal(tokenizer.tokenize('é dogs').slice(0, 6), [523, 522, 519, letter('g'), last('s'), 524]);
});

test('CLIP: a text is cut before its end token', () => {
  assert.equal(new ClipTokenizer(CLIP, 4).tokenize('of cat dog'), [523, 516, 518, 524]);
});

test('a tokenizer.json is taken before other files, and by any name', () => {
  const folder = temporaryFolder();
  copyFileSync(join(BERT, 'vocab.txt'), join(folder, 'vocab.txt'));
  const json = JSON.stringify({
    added_tokens: ['[PAD]', '[CLS]', '[SEP]'].map((content, id) => ({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      vocab: { '[PAD]': 0, '[CLS]': 1, '[SEP]': 2, '[UNK]': 3, A: 4 },
    },
  });
  writeFileSync(join(folder, 'tokenizer.json'), json);
  writeFileSync(join(folder, 'other.json'), json);
  for (const path of [folder, join(folder, 'tokenizer.json'), join(folder, 'other.json')]) {
    assert.equal(new BertTokenizer(path, 4).tokenize('A a'), [1, 4, 3, 2], path);
  }
  assert.equal(new BertTokenizer(join(folder, 'vocab.txt'), 4).tokenize('A a'), [2, 5, 5, 3]);
});

test('nothing is read before the first text; then what is missing is what to fetch', () => {
  const bert = new BertTokenizer('models/nowhere', 77);
  assert.throws(
    () => bert.tokenize('a'),
    [
      'models/nowhere: the tokenizer of BERT (bert-base-uncased) is missing',
      '  expected:     models/nowhere/tokenizer.json, or models/nowhere/vocab.txt',
      '  to fix:       fetch tokenizer.json (or vocab.txt) from ' +
        'https://huggingface.co/google-bert/bert-base-uncased/tree/main and put it into models/nowhere, or set the ' +
        'parameter tokenizer to where it lies',
    ].join('\n'),
  );
  assert.throws(
    () => new ClipTokenizer('models/nowhere', 77).tokenize('a'),
    /expected: +models\/nowhere\/tokenizer\.json, or models\/nowhere\/vocab\.json and models\/nowhere\/merges\.txt\n/,
  );
});

test('files that are something else', () => {
  const folder = temporaryFolder();
  const at = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const tokenize = (path: string) => () => new BertTokenizer(path, 77).tokenize('a');
  assert.throws(tokenize(at('tokenizer.json', '<html>')), /tokenizer\.json: it is not JSON of a tokenizer/);
  assert.throws(tokenize(at('empty.json', '{}')), /empty\.json: it describes no tokenizer/);
  assert.throws(tokenize(at('vocab.txt', 'a\nb\n')), /vocab\.txt: its vocabulary lacks \[CLS\]/);
});

test.run();
