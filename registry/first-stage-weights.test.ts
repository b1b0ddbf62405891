import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { firstStage, writeFirstStageRun, writeTrained } from '../test/support/first-stage-run.js';
import { temporaryFolder } from '../test/support/temporary-folder.js';
import { instantiateFromConfig } from '../src/config/index.js';
import { selectEngine } from '../src/engine/index.js';
import { initFromCheckpoints, type InitReport, type Module } from '../src/nn/index.js';
import { RandomStreams } from '../src/random/index.js';
import { registry } from './index.js';

const test = suite('first stages that runs trained, in a second stage');

test.before(async () => {
  await selectEngine('cpu', {});
});

const ddconfig = {
  ...{ ch: 32, out_ch: 1, ch_mult: [1, 1], num_res_blocks: 1, attn_resolutions: [], in_channels: 1, resolution: 8 },
  z_channels: 2,
};
const kl = { ddconfig, embed_dim: 2 };
const vq = { ddconfig: { ...ddconfig, double_z: false }, embed_dim: 2, n_embed: 4 };

/** The second stage, with what was said of loading the first. */
async function secondStage(target: string, params: object): Promise<{ model: Module; reports: InitReport[] }> {
  const lossconfig = { target: 'torch.nn.Identity' };
  const model = await instantiateFromConfig<Module>(
    {
      target: 'LatentDiffusion',
      params: {
        ...{ timesteps: 4, image_size: 4, channels: 2, use_ema: false, cond_stage_config: '__is_unconditional__' },
        first_stage_config: { target, params: { lossconfig, ...params } },
        unet_config: {
          target: 'UNetModel',
          params: {
            ...{ image_size: 4, in_channels: 2, out_channels: 2, model_channels: 8, num_res_blocks: 1 },
            ...{ channel_mult: [1], attention_resolutions: [], num_heads: 1, norm_num_groups: 4 },
          },
        },
      },
    },
    registry,
  );
  const reports = initFromCheckpoints(model);
  // As the trainer does: what was loaded stays.
  model.initialize(new RandomStreams(9));
  return { model, reports };
}

const numbers = (weights: ReadonlyMap<string, { data: ArrayLike<unknown> }>, prefix = '') =>
  [...weights].flatMap(([name, { data }]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), Array.from(data).join()] as const] : [],
  );

const lossAlone = ['loss.discriminator.main.0.weight', 'loss.logvar'];

test('all weights of an AutoencoderKL are those of the file, its loss alone is left out', async () => {
  const before = tf.memory().numTensors;
  const trained = await firstStage('AutoencoderKL', kl, 5);
  const path = join(temporaryFolder(), 'last.ckpt');
  writeTrained(path, trained.stateDict());
  const { model, reports } = await secondStage('AutoencoderKL', { ...kl, ckpt_path: path });
  const [report, ...others] = reports;
  assert.equal(report?.missing, []);
  assert.equal([...(report?.unexpected ?? [])].sort(), lossAlone);
  assert.equal(others, []);
  const expected = numbers(trained.stateDict());
  assert.is(report?.loaded, expected.length);
  assert.equal(numbers(model.stateDict(), 'first_stage_model.'), expected);
  trained.dispose();
  model.dispose();
  assert.is(tf.memory().numTensors, before);
});

test('the weights of a VQModel with an average are the trained ones, the average where the second stage has one', async () => {
  const trained = await firstStage('VQModel', { ...vq, use_ema: true }, 5);
  const path = join(temporaryFolder(), 'last.ckpt');
  // An average that is not equal to the weights.
  const weights = new Map(trained.stateDict());
  for (const [name, { dtype, shape, data }] of weights) {
    if (!name.startsWith('model_ema.') || dtype !== 'F32') continue;
    weights.set(name, { dtype, shape, data: new Float32Array(data.length).fill(7) });
  }
  writeTrained(path, weights);
  const own = numbers(weights).filter(([name]) => !name.startsWith('model_ema.'));
  const averaged = [...weights.keys()].filter((name) => name.startsWith('model_ema.'));
  assert.ok(averaged.length > 2);

  const plain = await secondStage('VQModelInterface', { ...vq, ckpt_path: path });
  assert.equal(plain.reports[0]?.missing, []);
  assert.equal([...(plain.reports[0]?.unexpected ?? [])].sort(), [...lossAlone, ...averaged].sort());
  assert.equal(numbers(plain.model.stateDict(), 'first_stage_model.'), own);
  plain.model.dispose();

  const withAverage = await secondStage('VQModelInterface', { ...vq, use_ema: true, ckpt_path: path });
  assert.equal(withAverage.reports[0]?.missing, []);
  assert.equal([...(withAverage.reports[0]?.unexpected ?? [])].sort(), lossAlone);
  assert.equal(numbers(withAverage.model.stateDict(), 'first_stage_model.').sort(), numbers(weights).sort());
  withAverage.model.dispose();
  trained.dispose();
});

test('latest:NAME as a path of weights is the best checkpoint', async () => {
  const [best, last] = [await firstStage('AutoencoderKL', kl, 5), await firstStage('AutoencoderKL', kl, 6)];
  const run = join(temporaryFolder(), '2026-01-01T00-00-00_digits-kl');
  const folder = writeFirstStageRun(run, { best: best.stateDict(), last: last.stateDict() });
  const { model, reports } = await secondStage('AutoencoderKL', { ...kl, ckpt_path: `latest:${run}` });
  assert.is(reports[0]?.path, join(folder, 'epoch=000001.ckpt'));
  assert.equal(numbers(model.stateDict(), 'first_stage_model.'), numbers(best.stateDict()));
  for (const module of [best, last, model]) module.dispose();
});

test.run();
