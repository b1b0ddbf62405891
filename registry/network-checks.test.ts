import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { validateComponent } from '../src/config/index.js';
import { ConfigError } from '../src/errors.js';
import { registry } from './index.js';

const small = {
  image_size: 8,
  in_channels: 1,
  out_channels: 1,
  model_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1, 2],
  attention_resolutions: [2],
};

/** The problems that validation finds, as `path: problem`, of each the first line. */
function problems(target: string, params: object): string[] {
  try {
    validateComponent({ target, params: { ...small, ...params } }, registry);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n\n').map((message) => message.split('\n', 1)[0] ?? '');
  }
  return [];
}

const unet = (params: object) => problems('UNetModel', params);
const encoder = (params: object) => problems('EncoderUNetModel', params);

test('what goes together is accepted', () => {
  assert.equal(unet({ num_heads: 1 }), []);
  assert.equal(unet({ num_head_channels: 32, use_fp16: false, dims: 1 }), []);
  assert.equal(unet({ num_heads: 3, use_spatial_transformer: true, context_dim: [7] }), []);
  assert.equal(unet({ num_heads: 3, use_spatial_transformer: true, context_dim: 7, transformer_depth: 3 }), []);
  for (const pool of ['adaptive', 'spatial', 'spatial_v2']) assert.equal(encoder({ pool }), []);
  assert.equal(encoder({ pool: 'attention', num_head_channels: 16 }), []);
});

test('a context and spatial transformers need each other', () => {
  assert.equal(unet({ num_heads: 1, use_spatial_transformer: true }), [
    'params.context_dim: has to be set: use_spatial_transformer attends to a context of that many channels',
  ]);
  assert.equal(unet({ num_heads: 1, context_dim: 7 }), [
    'params.context_dim: is of no use without use_spatial_transformer',
  ]);
  assert.equal(unet({ num_heads: 1, use_spatial_transformer: true, context_dim: 7, dims: 1 }), [
    'params.use_spatial_transformer: spatial transformers are for images, not for sequences',
  ]);
});

test('heads are given, are not zero and divide the channels of every attention, on both ways', () => {
  assert.equal(unet({}), ['params.num_heads: num_heads or num_head_channels has to be set']);
  assert.equal(unet({ num_heads: 0 }), ['params.num_heads: cannot be zero']);
  const where = 'does not divide the 64 channels of level 1, where there is attention';
  assert.equal(unet({ num_heads: 3 }), [`params.num_heads: ${where}`]);
  assert.equal(unet({ num_heads: 2, num_heads_upsample: 3 }), [`params.num_heads_upsample: ${where}`]);
  assert.equal(unet({ num_heads: 2, num_heads_upsample: 3, legacy: false }), []);
  assert.equal(unet({ num_head_channels: 24 }), [`params.num_head_channels: ${where}`]);
  // Eleven heads of 96 channels become twelve of 8 by the later rule.
  assert.equal(unet({ num_heads: 11, channel_mult: [1, 3], legacy: false }), []);
  assert.equal(unet({ num_heads: 5, legacy: false }), [`params.num_heads: ${where}`]);
  assert.equal(unet({ num_head_channels: 65, use_spatial_transformer: true, context_dim: 7 }), [
    'params.num_head_channels: is more than the 64 channels of level 1, where there is attention',
  ]);
  assert.equal(encoder({ num_heads: 3 }), [`params.num_heads: ${where}`]);
});

test('what is not supported is named, with what is', () => {
  assert.equal(unet({ num_heads: 1, use_fp16: true }), ['params.use_fp16: float16 is not supported']);
  const message = (target: string) => {
    try {
      validateComponent({ target, params: { ...small, num_heads: 1, dims: 3 } }, registry);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was thrown';
  };
  assert.match(message('UNetModel'), /params\.dims[^]*found: +3[^]*expected: +[^\n]*1[^\n]*2/);
  assert.match(message('EncoderUNetModel'), /params\.dims[^]*found: +3[^]*expected: +[^\n]*2/);
});

test('channels fit the groups of norms and the last convolution', () => {
  assert.equal(unet({ num_heads: 1, model_channels: 20 }), [
    'params.model_channels: is not divisible by the groups of the group normalization',
  ]);
  assert.equal(unet({ num_heads: 1, channel_mult: [2, 2] }), [
    'params.channel_mult.0: the last convolution takes model_channels, with which the first level therefore has to end',
  ]);
  assert.equal(encoder({ channel_mult: [2, 2] }), []);
  assert.equal(encoder({ pool: 'attention' }), ['params.num_head_channels: has to be set for attention pooling']);
  assert.equal(encoder({ pool: 'spatial_v2', model_channels: 30, norm_num_groups: 3 }), [
    'params.norm_num_groups: does not divide the 2048 channels that spatial_v2 pooling normalizes',
  ]);
});

test.run();
