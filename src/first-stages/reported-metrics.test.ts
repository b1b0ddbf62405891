import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { LPIPSWithDiscriminator } from '../losses/index.js';
import type { FeatureExtractor } from '../metrics/index.js';
import { RandomStreams } from '../random/index.js';
import { AutoencoderKL } from './autoencoder-kl.js';

const ddconfig = {
  ...{ double_z: true, z_channels: 2, resolution: 16, in_channels: 1, out_ch: 1, ch: 32, ch_mult: [1] },
  ...{ num_res_blocks: 1, attn_resolutions: [], dropout: 0 },
};
const loss = { disc_start: 0, perceptual_weight: 0, disc_in_channels: 1, disc_num_layers: 1 };

/** The values of the images' first two pixels. */
const pixels: FeatureExtractor = {
  features: (images) => tf.reshape(tf.slice(images, 0, [-1, 1, 2, 1]), [-1, 2]),
  initialize: () => undefined,
  dispose: () => undefined,
};

onEveryEngine(
  'what is reported of reconstructions',
  (test) => {
    test('a validation logs each once, at its end, of all its images; the next begins anew', async () => {
      const options = { ddconfig, embed_dim: 2, loss: new LPIPSWithDiscriminator(loss), extractor: pixels };
      const model = new AutoencoderKL({ ...options, lpips_weights: 'models/none' });
      model.initialize(new RandomStreams(1)).eval();
      const logged: [string, number][] = [];
      const said: string[] = [];
      model.attach({
        globalStep: 0,
        currentEpoch: 0,
        log: (name, value) => {
          const number = typeof value === 'number' ? value : (value.dataSync()[0] ?? NaN);
          if (/psnr|ssim|lpips|rfid/.test(name)) logged.push([name, number]);
        },
        report: (text) => said.push(text),
      });
      const image = tf.reshape(tf.linspace(-1, 1, 3 * 256), [3, 16, 16, 1]);
      const before = tf.memory().numTensors;
      const validate = async (): Promise<[string, number][]> => {
        model.onValidationStart();
        await model.validationStep({ image });
        await model.validationStep({ image });
        assert.equal(logged, []);
        model.onValidationEnd();
        return logged.splice(0);
      };
      const first = await validate();
      assert.equal(
        first.map(([name]) => name),
        ['val/psnr', 'val/ssim', 'val/rfid'],
      );
      assert.ok(first.every(([, value]) => Number.isFinite(value)));
      assert.equal(await validate(), first);
      assert.equal(said, []);
      model.onTestStart();
      assert.equal(said, ['lpips is not reported: models/none has no vgg16-397923af.pth and vgg.pth']);
      assert.is(tf.memory().numTensors, before);
      image.dispose();
      model.dispose();
    });
  },
  ['torch', 'wasm'],
);
