import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { selectEngine } from '../engine/index.js';
import { VQModelInterface } from '../first-stages/vq-model-interface.js';
import { IdentityFirstStage } from '../first-stages/identity-first-stage.js';
import { RandomStreams } from '../random/index.js';
import { codebookOf, LatentImages } from './first-stage.js';

const test = suite('latent images of published first stages');
test.before(async () => {
  await selectEngine('auto');
});

const ddconfig = {
  ...{ double_z: false, ch: 32, out_ch: 3, ch_mult: [1, 1], num_res_blocks: 1, attn_resolutions: [] },
  ...{ in_channels: 3, resolution: 8, z_channels: 2 },
};

test('a codebook is found, its codes decoded by number as they are, and latent images replaced by the nearest', () => {
  const firstStage = new VQModelInterface({ ddconfig, embed_dim: 2, n_embed: 8 });
  firstStage.initialize(new RandomStreams(0)).eval();
  const latents = new LatentImages(firstStage, () => 1);
  const ids = tf.tensor3d([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7], [1, 4, 4], 'int32');
  const codes = firstStage.quantize.getCodebookEntry(ids) as tf.Tensor4D;
  const expected = latents.decode(codes, { forceNotQuantize: true });
  assert.equal(expected.shape, [1, 8, 8, 3]);
  assertClose(latents.decode(ids, { predictCids: true }).dataSync(), expected.dataSync(), 1e-6, 'by number');
  assertClose(latents.decode(codes).dataSync(), expected.dataSync(), 1e-5, 'codes are nearest to themselves');
  assertClose(latents.quantize!(codes).dataSync(), codes.dataSync(), 1e-6, 'quantized');
});

test('a first stage in pixel space has none, though it has a method of that name', () => {
  assert.is(codebookOf(new IdentityFirstStage()), undefined);
  assert.is(new LatentImages(new IdentityFirstStage(), () => 1).quantize, undefined);
});

test.run();
