import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { instantiateFromConfig } from '../config/index.js';
import type { Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { LPIPSWithDiscriminator, VQLPIPSWithDiscriminator } from './index.js';

/** No perceptual part and few channels: what is tested here needs neither. */
const small = { disc_start: 0, perceptual_weight: 0, disc_num_layers: 1 };
const images = (seed: number) =>
  tf.tidy(() => tf.sub<tf.Tensor4D>(new RandomStreams(seed).get('x').uniform([2, 8, 8, 3]), 0.5));
const unused = (): never => {
  throw new Error('not to be called');
};
const value = (tensor: tf.Tensor | undefined) => tensor!.dataSync()[0]!;

onEveryEngine(
  'losses of the first stages',
  (test) => {
    test('the names and shapes in the state dict are those of every published configuration', async () => {
      const path = new URL('../../test/fixtures/golden/state_dicts.json.gz', import.meta.url);
      type StateDicts = Record<string, Record<string, { state_dict: Record<string, number[]> }>>;
      const published = JSON.parse(gunzipSync(readFileSync(path)).toString()) as StateDicts;
      const target = {
        kl: 'ldm.modules.losses.LPIPSWithDiscriminator',
        vq: 'taming.modules.losses.vqperceptual.VQLPIPSWithDiscriminator',
      };
      const layers: Record<string, number> = { 'vq-f8': 2, 'vq-f16': 2 };
      let compared = 0;
      for (const [config, { model }] of Object.entries(published)) {
        const ofLoss = Object.entries(model?.state_dict ?? {}).filter(([name]) => name.startsWith('loss.'));
        if (ofLoss.length === 0) continue;
        const family = config.includes('vq-') ? 'vq' : 'kl';
        const params = { disc_start: 0, disc_num_layers: layers[config.split('/').at(-2) ?? ''] ?? 3 };
        const loss = await instantiateFromConfig<Module>({ target: target[family], params }, registry);
        const found = [...loss.namedParameters('loss.')].map(([name, { publishedShape }]) => [name, publishedShape]);
        assert.equal(found, ofLoss, config);
        compared++;
      }
      assert.is(compared, 13);
    });

    test('LPIPS is frozen and stays in evaluation; logvar and the discriminator are trained', () => {
      const loss = new LPIPSWithDiscriminator({ disc_start: 0 }).train();
      const { perceptualLoss: lpips } = loss;
      assert.ok(lpips);
      assert.is(lpips.training, false);
      assert.is(loss.discriminator.training, true);
      const trained = loss.trainableParameters().map(([name]) => name);
      assert.equal(
        trained.filter((name) => !name.startsWith('discriminator')),
        ['logvar'],
      );
      const ofLpips = [...lpips.namedParameters()].filter(([, { isBuffer }]) => isBuffer).map(([name]) => name);
      assert.equal(ofLpips, ['scaling_layer.shift', 'scaling_layer.scale']);
      assert.is(new LPIPSWithDiscriminator(small).perceptualLoss, undefined);
    });

    test('evaluation: no adaptive weight, and the running statistics stay', () => {
      const loss = new LPIPSWithDiscriminator({ ...small, kl_weight: 0.5, logvar_init: 1 })
        .initialize(new RandomStreams(1))
        .eval();
      const [inputs, reconstructions] = [images(1), images(2)];
      const batch = { inputs, reconstructions, kl: tf.tensor1d([1, 3]), globalStep: 9, split: 'val' };
      const before = tf.memory().numTensors;
      const { loss: total, log } = loss.generatorLoss(batch);
      const absolute = value(tf.mean(tf.abs(tf.sub(inputs, reconstructions))));
      assertClose([value(log['val/rec_loss'])], [absolute], 1e-5, 'rec_loss');
      assertClose([value(total)], [192 * (absolute / Math.E + 1) + 0.5 * 2], 1e-5, 'loss');
      assert.equal([value(log['val/d_weight']), value(log['val/disc_factor']), value(log['val/kl_loss'])], [0, 1, 2]);
      assert.ok(value(log['val/g_loss']) !== 0);
      tf.dispose({ total, log });
      const d = loss.discriminatorLoss(batch);
      assert.equal(Object.keys(d.log), ['val/disc_loss', 'val/logits_real', 'val/logits_fake']);
      tf.dispose(d);
      // The mean above left its own.
      assert.is(tf.memory().numTensors - before, 3);
      assert.is(loss.stateDict().get('discriminator.main.3.num_batches_tracked')?.data[0], 0);
    });

    test('without an adversarial term there is no weight and no gradient of it', () => {
      const loss = new LPIPSWithDiscriminator({ ...small, disc_factor: 0 }).initialize(new RandomStreams(1));
      const [inputs, reconstructions] = [images(1), images(2)];
      const batch = { inputs, reconstructions, kl: tf.tensor1d([0, 0]), globalStep: 9 };
      const { log, gradients } = loss.generatorStep({ ...batch, lastLayer: unused });
      assert.equal([value(log['train/d_weight']), value(log['train/disc_factor'])], [0, 0]);
      const expected = tf.div(tf.sign(tf.sub(reconstructions, inputs)), 2);
      assertClose(
        gradients.reconstructions.dataSync(),
        expected.dataSync(),
        1e-5,
        'the gradient of the absolute error',
      );
    });

    test('a loss of the codebook is optional; its use is logged where asked for', () => {
      const loss = new VQLPIPSWithDiscriminator({ ...small, n_classes: 4 }).initialize(new RandomStreams(1)).eval();
      const batch = { inputs: images(1), reconstructions: images(2), globalStep: 0 };
      assert.is(value(loss.generatorLoss(batch).log['train/quant_loss']), 0);
      const { log } = loss.generatorLoss({ ...batch, predictedIndices: tf.tensor1d([0, 1, 2, 3], 'int32') });
      assertClose([value(log['train/perplexity']), value(log['train/cluster_usage'])], [4, 4], 1e-5, 'use');
      const unsized = new VQLPIPSWithDiscriminator(small).initialize(new RandomStreams(1)).eval();
      assert.throws(
        () => unsized.generatorLoss({ ...batch, predictedIndices: tf.tensor1d([0], 'int32') }),
        /set n_classes/,
      );
    });

    test('a condition is given to a conditional discriminator and to no other', () => {
      const batch = { inputs: images(1), reconstructions: images(2), globalStep: 0 };
      const free = new VQLPIPSWithDiscriminator(small).initialize(new RandomStreams(1)).eval();
      assert.throws(
        () => free.discriminatorLoss({ ...batch, cond: images(3) }),
        /no condition \(disc_conditional: false\), found one/,
      );
      const conditional = new VQLPIPSWithDiscriminator({ ...small, disc_conditional: true, disc_in_channels: 6 });
      assert.throws(() => conditional.generatorLoss(batch), /a condition \(disc_conditional: true\), found none/);
    });

    test('weights of LPIPS are asked for where they are used, and only there', () => {
      const read = () => new Map();
      new LPIPSWithDiscriminator(small, read).loadPretrained();
      const loss = new LPIPSWithDiscriminator({ disc_start: 0, lpips_weights: 'models/elsewhere' }, read);
      assert.throws(() => {
        loss.loadPretrained();
      }, /models\/elsewhere\/vgg\.pth: pretrained weights/);
    });

    test('by name: the arguments of the published forward, the generator and the discriminator apart', () => {
      const loss = new LPIPSWithDiscriminator(small).initialize(new RandomStreams(1)).eval();
      const batch = { inputs: images(1), reconstructions: images(2), global_step: tf.scalar(0) };
      const { generator, discriminator } = loss.methods();
      const found = generator!({ ...batch, kl: tf.tensor1d([1, 2]) }) as Record<string, tf.Tensor>;
      assert.is(value(found.loss), value(found['train/total_loss']));
      assert.ok('train/disc_loss' in discriminator!(batch));
    });
  },
  ['torch'],
);
