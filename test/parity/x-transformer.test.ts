import * as tf from '@tensorflow/tfjs-core';
import { test as unit } from 'uvu';
import * as assert from 'uvu/assert';
import { BERTEmbedder } from '../../src/models/encoders/bert-embedder.js';
import { TransformerEmbedder } from '../../src/models/encoders/transformer-embedder.js';
import type { TransformerEmbedderParamsInput } from '../../src/models/encoders/transformer-embedder.params.js';
import { RandomStreams } from '../../src/random/index.js';
import { fillByHash, toTensor } from '../support/compare.js';
import { assertEncodes, readEncoderFixture } from '../support/encoder-fixture.js';
import { onEveryEngine } from '../support/engines.js';

onEveryEngine('encoders of tokens against PyTorch', (test) => {
  for (const [name, make] of [
    ['TransformerEmbedder', (params: TransformerEmbedderParamsInput) => new TransformerEmbedder(params)],
    ['BERTEmbedder', (params: TransformerEmbedderParamsInput) => new BERTEmbedder({ ...params, use_tokenizer: false })],
  ] as const) {
    test(`${name}: output and every gradient`, () => {
      const golden = readEncoderFixture('x_transformer');
      const model = make(golden.params as TransformerEmbedderParamsInput);
      fillByHash(model);
      const tokens = toTensor(golden.get('in.text'));
      assertEncodes(golden, model, () => model.encode(tokens));
      tokens.dispose();
      model.dispose();
    });
  }

  test('more tokens than there are positions', () => {
    const model = new TransformerEmbedder({ n_embed: 8, n_layer: 1, vocab_size: 5, max_seq_len: 3 });
    const tokens = tf.zeros([1, 4], 'int32');
    assert.throws(() => model.forward(tokens), /expected tokens \[N, T\], T at most 3, found \[1, 4\]/);
    tokens.dispose();
  });

  test('BERTEmbedder takes texts as their word pieces, padding included', () => {
    const tokenizer = 'test/fixtures/encoders/bert';
    const model = new BERTEmbedder({ n_embed: 8, n_layer: 1, vocab_size: 19, max_seq_len: 6, tokenizer });
    model.initialize(new RandomStreams(1)).eval();
    const before = tf.memory().numTensors;
    const found = model.encode(['The dog!', '']);
    const tokens = tf.tensor2d([2, 10, 16, 14, 3, 0, 2, 3, 0, 0, 0, 0], [2, 6], 'int32');
    const expected = model.forward(tokens);
    assert.equal(found.shape, [2, 6, 8]);
    assert.equal([...found.dataSync()], [...expected.dataSync()]);
    tf.dispose([found, tokens, expected]);
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    model.dispose();
  });
});

unit('BERTEmbedder without a tokenizer refuses texts', () => {
  const model = new BERTEmbedder({ n_embed: 8, n_layer: 1, use_tokenizer: false });
  assert.throws(() => model.encode(['a']), /BERTEmbedder was given texts, but it has no tokenizer/);
});

unit('BERTEmbedder of txt2img-1p4B: the published names, shapes and number of weights', () => {
  const before = tf.memory().numTensors;
  const model = new BERTEmbedder({ n_embed: 1280, n_layer: 32 });
  const shapes = new Map([...model.namedParameters()].map(([name, { publishedShape }]) => [name, publishedShape]));
  const attention = 'transformer.attn_layers.layers.0';
  const feedForward = 'transformer.attn_layers.layers.63';
  const expected: Record<string, number[]> = {
    'transformer.token_emb.weight': [30522, 1280],
    'transformer.pos_emb.emb.weight': [77, 1280],
    [`${attention}.0.weight`]: [1280],
    [`${attention}.0.bias`]: [1280],
    [`${attention}.1.to_q.weight`]: [512, 1280],
    [`${attention}.1.to_k.weight`]: [512, 1280],
    [`${attention}.1.to_v.weight`]: [512, 1280],
    [`${attention}.1.to_out.weight`]: [1280, 512],
    [`${attention}.1.to_out.bias`]: [1280],
    [`${feedForward}.0.weight`]: [1280],
    [`${feedForward}.0.bias`]: [1280],
    [`${feedForward}.1.net.0.0.weight`]: [5120, 1280],
    [`${feedForward}.1.net.0.0.bias`]: [5120],
    [`${feedForward}.1.net.2.weight`]: [1280, 5120],
    [`${feedForward}.1.net.2.bias`]: [1280],
    'transformer.norm.weight': [1280],
    'transformer.norm.bias': [1280],
    'transformer.to_logits.weight': [30522, 1280],
    'transformer.to_logits.bias': [30522],
  };
  const first = new Map([...shapes].filter(([name]) => !/\.layers\.(?!0\.|63\.)/.test(name)));
  assert.equal(Object.fromEntries(first), expected);
  assert.is(shapes.size, 6 + 32 * (7 + 6));
  const count = [...model.namedParameters()].reduce((sum, [, { size }]) => sum + size, 0);
  assert.is(count, 581_994_042);
  assert.is(tf.memory().numTensors, before, 'nothing is allocated');
});

unit.run();
