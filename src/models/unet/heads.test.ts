import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attentionBlockHeads, transformerHeads, type HeadParams } from './heads.js';

const params: HeadParams = { num_heads: -1, num_head_channels: -1, num_heads_upsample: -1, legacy: true };
const blockHeads = (channels: number, given: Partial<HeadParams>, way: 'down' | 'up' = 'down') =>
  attentionBlockHeads(channels, { ...params, ...given }, way);
const inTransformer = (channels: number, given: Partial<HeadParams>) => {
  const { numHeads, headChannels } = transformerHeads(channels, { ...params, ...given });
  return [numHeads, headChannels];
};

test('attention blocks: num_heads as given, another number on the way up', () => {
  assert.is(blockHeads(64, { num_heads: 4 }), 4);
  assert.is(blockHeads(64, { num_heads: 4 }, 'up'), 4);
  assert.is(blockHeads(64, { num_heads: 4, num_heads_upsample: 2 }), 4);
  assert.is(blockHeads(64, { num_heads: 4, num_heads_upsample: 2 }, 'up'), 2);
});

test('attention blocks: num_head_channels goes before num_heads, with legacy and without', () => {
  for (const legacy of [true, false]) {
    const given = { num_heads: 4, num_head_channels: 32, num_heads_upsample: 2, legacy };
    assert.is(blockHeads(64, given), 2);
    assert.is(blockHeads(64, given, 'up'), 2);
  }
});

test('attention blocks without legacy: the channels of a head, rounded down, give the heads on both ways', () => {
  const given = { num_heads: 11, num_heads_upsample: 2, legacy: false };
  assert.is(blockHeads(96, given), 12);
  assert.is(blockHeads(96, given, 'up'), 12);
});

test('attention blocks: where the rules do not work out, no positive integer', () => {
  for (const heads of [blockHeads(64, { num_head_channels: 24 }), blockHeads(2, { num_heads: 3, legacy: false })]) {
    assert.not(Number.isInteger(heads));
  }
});

test('spatial transformers: heads of equal shares of the channels, or as wide as given without legacy', () => {
  assert.equal(inTransformer(64, { num_heads: 2 }), [2, 32]);
  assert.equal(inTransformer(64, { num_heads: 2, legacy: false }), [2, 32]);
  assert.equal(inTransformer(64, { num_heads: 3, legacy: false }), [3, 21]);
  assert.equal(inTransformer(64, { num_head_channels: 24 }), [2, 32]);
  assert.equal(inTransformer(64, { num_head_channels: 24, legacy: false }), [2, 24]);
});

test.run();
