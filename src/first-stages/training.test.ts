import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../autodiff/index.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { assertClose } from '../../test/support/compare.js';
import { logOf } from '../../test/support/logged.js';
import { LPIPSWithDiscriminator, VQLPIPSWithDiscriminator } from '../losses/index.js';
import { LitEma } from '../optim/index.js';
import { RandomStreams } from '../random/index.js';
import type { OptimizerConfig } from '../train/lightning-module.js';
import { Optimization } from '../train/optimization.js';
import { AutoencoderKL } from './autoencoder-kl.js';
import type { AutoencoderKLOptions } from './autoencoder-kl.params.js';
import { VQModel } from './vq-model.js';
import type { VQModelOptions } from './vq-model.params.js';

const small = { disc_start: 0, perceptual_weight: 0, disc_num_layers: 1, disc_in_channels: 1 };
const ddconfig = {
  ...{ ch: 32, out_ch: 1, ch_mult: [1, 1], num_res_blocks: 1, attn_resolutions: [], attn_type: 'none' as const },
  ...{ in_channels: 1, resolution: 8, z_channels: 2 },
};
const image = (channels = 1) => new RandomStreams(3).get('x').uniform([2, 8, 8, channels]);

function kl(options: Partial<AutoencoderKLOptions> = {}, loss: object = {}): AutoencoderKL {
  return new AutoencoderKL({
    ...{ ddconfig, embed_dim: 2, loss: new LPIPSWithDiscriminator({ ...small, ...loss }) },
    ...options,
  }).initialize(new RandomStreams(1));
}

function vq(options: Partial<VQModelOptions> = {}): VQModel {
  const loss = new VQLPIPSWithDiscriminator({ ...small, disc_ndf: 8 });
  return new VQModel({
    ...{ ddconfig: { ...ddconfig, double_z: false }, embed_dim: 2, n_embed: 8, loss },
    ...options,
  }).initialize(new RandomStreams(1));
}

const names = ({ optimizer }: OptimizerConfig): string[] => [
  ...new Set(optimizer.parameters.map(([name]) => name.split('.').slice(0, 2).join('.'))),
];

onEveryEngine(
  'training of the first stages',
  (test) => {
    test('one optimizer for the autoencoder and the log-variance, one for the discriminator', () => {
      const model = kl();
      const [autoencoder, discriminator] = model.configureOptimizers();
      assert.ok(names(autoencoder!).includes('encoder.conv_in') && names(autoencoder!).includes('loss.logvar'));
      assert.equal(names(discriminator!), ['loss.discriminator']);
      assert.is(autoencoder!.optimizer.momentum, 0.5);
      model.learningRate = 2;
      assert.equal([autoencoder!.learningRate(0), discriminator!.learningRate(9)], [2, 2]);
      const published = kl({ learn_logvar: false });
      assert.not.ok(names(published.configureOptimizers()[0]!).includes('loss.logvar'));
      [model, published].forEach((one) => {
        one.dispose();
      });
    });

    test('VQ: the codebook is trained, the average is not; lr_g_factor is of the autoencoder, the schedule of both', () => {
      const model = vq({ lr_g_factor: 3, schedule: (step) => 1 / (1 + step), ema: (all) => new LitEma(all) });
      const [autoencoder, discriminator] = model.configureOptimizers();
      assert.ok(names(autoencoder!).includes('quantize.embedding'));
      assert.not.ok(names(autoencoder!).some((name) => name.startsWith('model_ema') || name.startsWith('loss')));
      model.learningRate = 2;
      assert.equal([autoencoder!.learningRate(1), discriminator!.learningRate(1)], [3, 1]);
      assert.equal([autoencoder!.isScheduled, discriminator!.isScheduled], [true, true]);
      model.dispose();
    });

    test('the discriminator sees what the autoencoder made, anew where its step has changed it', () => {
      const model = vq();
      logOf(model);
      const batch = { image: image() };
      const optimization = new Optimization(model, { accumulate: 1, checksFinite: true });
      let decoded = 0;
      const features = model.decoder.features.bind(model.decoder);
      model.decoder.features = (z) => {
        decoded++;
        return features(z);
      };
      // No step yet: the reconstruction is the same number, and one pass through the decoder is enough.
      optimization.take(batch, 0, { step: 0, isLast: false });
      assert.is(decoded, 1);
      model.onTrainBatchEnd();
      optimization.take(batch, 1, { step: 0, isLast: true });
      assert.is(decoded, 3);
      model.onTrainBatchEnd();
      const before = tf.memory().numTensors;
      optimization.take(batch, 2, { step: 1, isLast: true });
      model.onTrainBatchEnd();
      assert.is(tf.memory().numTensors, before);
      optimization.dispose();
      batch.image.dispose();
      model.dispose();
    });

    test('each optimizer leaves the other’s weights alone', () => {
      const model = kl();
      logOf(model);
      const batch = { image: image() };
      const text = (prefix: string) =>
        [...model.stateDict()]
          .filter(([name]) => name.startsWith(prefix))
          .map(([, { data }]) => data.join())
          .join();
      const [encoder, discriminator] = [text('encoder'), text('loss.discriminator.main.0')];
      const [first, second] = model.configureOptimizers();
      const stepOf = ({ optimizer }: OptimizerConfig, index: number) => {
        const weights = optimizer.parameters.map(([, { value }]) => value);
        const { value, grads } = valueAndGrads(() => model.trainingStep(batch, 0, index), weights);
        optimizer.step(grads, 1e-3);
        tf.dispose([value, ...grads]);
      };
      stepOf(second!, 1);
      assert.is(text('encoder'), encoder);
      assert.is.not(text('loss.discriminator.main.0'), discriminator);
      const trained = text('loss.discriminator.main.0');
      stepOf(first!, 0);
      assert.is.not(text('encoder'), encoder);
      assert.is(text('loss.discriminator.main.0'), trained);
      [first!, second!].forEach(({ optimizer }) => {
        optimizer.dispose();
      });
      batch.image.dispose();
      model.dispose();
    });

    test('a validation logs the published names, the same each time', async () => {
      const model = kl().eval();
      const logged = logOf(model);
      const batch = { image: image() };
      const before = tf.memory().numTensors;
      model.onValidationStart();
      await model.validationStep(batch);
      assert.equal(Object.keys(logged), [
        ...['val/total_loss', 'val/logvar', 'val/kl_loss', 'val/nll_loss', 'val/rec_loss', 'val/d_weight'],
        ...['val/disc_factor', 'val/g_loss', 'val/disc_loss', 'val/logits_real', 'val/logits_fake'],
      ]);
      const first = { ...logged };
      model.onValidationStart();
      await model.validationStep(batch);
      assert.equal(logged, first);
      assert.is(tf.memory().numTensors, before);
      batch.image.dispose();
      model.dispose();
    });

    test('with an average of the weights, its losses too, and its reconstructions', async () => {
      const model = vq({ ema: (all) => new LitEma(all) });
      const logged = logOf(model);
      const batch = { image: image() };
      model.eval().onValidationStart();
      await model.validationStep(batch);
      assert.is(logged['val/aeloss'], logged['val/total_loss']);
      // The average begins with the weights.
      assertClose([logged['val_ema/rec_loss']!], [logged['val/rec_loss']!], 1e-6, 'val_ema/rec_loss');
      assert.ok('val_ema/logits_fake' in logged && 'val/perplexity' in logged);
      const grids = await model.logImages(batch, { maxImages: 1 });
      assert.equal(
        Object.entries(grids).map(([name, { images, columns }]) => `${name} ${images.shape.join()} ${columns}`),
        ['inputs 1,8,8,1 1', 'reconstructions 1,8,8,1 1', 'reconstructions_ema 1,8,8,1 1'],
      );
      tf.dispose(Object.values(grids).map(({ images }) => images));
      batch.image.dispose();
      model.dispose();
    });

    test('pictures: what is drawn from the prior, and inputs alone where nothing else is asked for', async () => {
      const model = kl().eval();
      logOf(model);
      const batch = { image: image() };
      const before = tf.memory().numTensors;
      const drawn = async (options: object) => {
        const grids = await model.logImages(batch, { maxImages: 4, ...options });
        tf.dispose(Object.values(grids).map(({ images }) => images));
        return Object.keys(grids);
      };
      assert.equal(await drawn({}), ['inputs', 'samples', 'reconstructions']);
      assert.equal(await drawn({ only_inputs: true }), ['inputs']);
      assert.is(tf.memory().numTensors, before);
      batch.image.dispose();
      model.dispose();
    });

    test('segmentation maps are trained on as they are and shown in colours', async () => {
      const labels = 5;
      const channels = { in_channels: labels, out_ch: labels };
      const model = kl(
        { ddconfig: { ...ddconfig, ...channels }, image_key: 'segmentation', colorize_nlabels: labels },
        { disc_in_channels: labels },
      );
      logOf(model);
      const classes = tf.tidy(() => tf.cast(tf.floor(tf.mul(image(), labels)), 'int32').squeeze([3]));
      const batch = { segmentation: tf.oneHot(classes, labels, 1, 0, 'int32') };
      const loss = tf.tidy(() => model.trainingStep(batch, 0, 0).dataSync()[0] ?? NaN);
      assert.ok(Number.isFinite(loss));
      const grids = await model.logImages(batch, { maxImages: 2 });
      for (const [name, { images }] of Object.entries(grids)) {
        assert.equal(images.shape, [2, 8, 8, 3], name);
        const [least, most] = tf.tidy(() => [tf.min(images).dataSync()[0], tf.max(images).dataSync()[0]]);
        assertClose([least!, most!], [-1, 1], 1e-6, name);
      }
      tf.dispose([classes, batch, ...Object.values(grids).map(({ images }) => images)]);
      model.dispose();
    });

    test('a conditional discriminator sees what disc_cond_key names', () => {
      const model = kl({ disc_cond_key: 'depth' }, { disc_conditional: true, disc_in_channels: 3 });
      logOf(model);
      const batch = { image: image(), depth: image(2) };
      for (const index of [0, 1]) {
        assert.ok(Number.isFinite(tf.tidy(() => model.trainingStep(batch, 0, index).dataSync()[0] ?? NaN)));
      }
      assert.throws(() => tf.tidy(() => model.trainingStep({ image: batch.image }, 0, 0)), /disc_cond_key/);
      tf.dispose([batch.image, batch.depth]);
      model.dispose();
    });

    test('batch_resize_range: the largest height in the first steps, then one of those between', () => {
      const model = vq({ batch_resize_range: [16, 48] });
      const batch = { image: image() };
      const heights: number[] = [];
      const forward = model.encoder.forward.bind(model.encoder);
      model.encoder.forward = (x) => {
        heights.push(x.shape[1], x.shape[2]);
        return forward(x);
      };
      for (const step of [0, 4, ...Array.from({ length: 12 }, (_, i) => 5 + i)]) {
        logOf(model, { globalStep: step });
        tf.tidy(() => {
          model.trainingStep(batch, 0, 0);
        });
      }
      assert.equal(heights.slice(0, 4), [48, 48, 48, 48]);
      assert.equal([...new Set(heights)].sort(), [16, 32, 48]);
      model.onTrainBatchEnd();
      batch.image.dispose();
      model.dispose();
    });

    test('without a loss it says so', () => {
      const model = kl({ loss: undefined });
      logOf(model);
      const batch = { image: image() };
      assert.throws(
        () => tf.tidy(() => model.trainingStep(batch, 0, 0)),
        /there is no loss to train this autoencoder by/,
      );
      batch.image.dispose();
      model.dispose();
    });
  },
  ['torch', 'wasm'],
);
