import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { instantiateFromConfig } from '../config/index.js';
import { toFloat32 } from '../io/host-tensor.js';
import { writeSafetensors } from '../io/safetensors.js';
import { initFromCheckpoints, type Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { AutoencoderKL } from './autoencoder-kl.js';
import { Decoder } from '../models/autoencoder/decoder.js';
import { Encoder } from '../models/autoencoder/encoder.js';
import { IdentityFirstStage } from './identity-first-stage.js';
import { ResnetBlock } from '../models/autoencoder/resnet-block.js';
import { VQModelInterface } from './vq-model-interface.js';
import { VQModel } from './vq-model.js';

const ddconfig = {
  ch: 32,
  out_ch: 3,
  ch_mult: [1, 1],
  num_res_blocks: 1,
  attn_resolutions: [],
  in_channels: 3,
  resolution: 8,
  z_channels: 2,
};
const lossconfig = { target: 'torch.nn.Identity' };
const names = (module: Module) => [...module.namedParameters()].map(([name]) => name);
const image = () => new RandomStreams(3).get('x').normal([1, 8, 8, 3]) as tf.Tensor4D;
const text = (tensor: tf.Tensor) => [...tensor.dataSync()].join();

onEveryEngine(
  'autoencoders',
  (test) => {
    test('KL: what is decoded is drawn from the posterior, by the seed, or is its mode', () => {
      const decoded = (seed: number, samplePosterior?: boolean) =>
        tf.tidy(() => {
          const model = new AutoencoderKL({ ddconfig, embed_dim: 2 }).initialize(new RandomStreams(1));
          // The same weights whatever the seed of the noise.
          model.initialize(new RandomStreams(seed));
          return text(model.forward(image(), samplePosterior).reconstruction);
        });
      assert.is(decoded(5), decoded(5));
      assert.is.not(decoded(5), decoded(6));
      assert.is(decoded(5, false), decoded(6, false));
    });

    test('KL: the published methods by name', () => {
      tf.tidy(() => {
        const model = new AutoencoderKL({ ddconfig, embed_dim: 2 }).initialize(new RandomStreams(1));
        const { encode, decode, forward } = model.methods();
        const { mean, logvar } = encode!({ x: image() }) as Record<string, tf.Tensor>;
        assert.equal(
          [mean!.shape, logvar!.shape],
          [
            [1, 4, 4, 2],
            [1, 4, 4, 2],
          ],
        );
        const y = decode!({ z: mean! }) as tf.Tensor;
        const outputs = forward!({ input: image(), sample_posterior: tf.scalar(0, 'int32') }) as Record<
          string,
          tf.Tensor
        >;
        assert.equal(Object.keys(outputs), ['y', 'mean', 'logvar']);
        assert.is(text(outputs.y!), text(y));
        assert.throws(() => encode!({ z: mean! }), /the input x is missing/);
      });
    });

    test('VQ: indices decode to what their codes decode to; the published methods by name', () => {
      tf.tidy(() => {
        const options = {
          ddconfig: { ...ddconfig, double_z: false },
          embed_dim: 2,
          n_embed: 8,
          sane_index_shape: true,
        };
        const model = new VQModel(options).initialize(new RandomStreams(1));
        const { encode, encode_to_prequant, decode_code, forward } = model.methods();
        const { quant, codebook_loss, indices } = encode!({ x: image() }) as Record<string, tf.Tensor>;
        assert.equal([quant!.shape, codebook_loss!.shape, indices!.shape], [[1, 4, 4, 2], [], [1, 4, 4]]);
        const outputs = forward!({ input: image() }) as Record<string, tf.Tensor>;
        const byCode = decode_code!({ code_b: indices! }) as tf.Tensor;
        assert.ok((tf.max(tf.abs(tf.sub(outputs.y!, byCode))).dataSync()[0] ?? NaN) < 1e-5);
        const interfaced = new VQModelInterface(options).initialize(new RandomStreams(1)).methods();
        const h = encode_to_prequant!({ x: image() }) as tf.Tensor;
        assert.is(text(interfaced.encode!({ x: image() }) as tf.Tensor), text(h));
        assert.is(text(interfaced.decode!({ h }) as tf.Tensor), text(outputs.y!));
        const past = interfaced.decode!({ h, force_not_quantize: tf.scalar(1, 'int32') }) as tf.Tensor;
        assert.is(text(past), text(model.methods().decode!({ quant: h }) as tf.Tensor));
      });
    });

    test('the decoder stops before its last normalization, or ends in a tanh', () => {
      tf.tidy(() => {
        const z = tf.mul<tf.Tensor4D>(tf.ones([1, 4, 4, 2]), 5);
        const decode = (options: object) =>
          new Decoder({ ...ddconfig, ...options }).initialize(new RandomStreams(1)).forward(z);
        const plain = decode({});
        assert.equal(decode({ give_pre_end: true, tanh_out: true }).shape, [1, 8, 8, 32]);
        assert.is(text(decode({ tanh_out: true })), text(tf.tanh(plain)));
      });
    });

    test('dropout is drawn in training only', () => {
      tf.tidy(() => {
        const encoder = new Encoder({ ...ddconfig, dropout: 0.5 }).initialize(new RandomStreams(1));
        const encode = () => text(encoder.forward(image()));
        assert.is.not(encode(), encode());
        encoder.eval();
        assert.is(encode(), encode());
      });
    });
  },
  ['torch'],
);

const test = suite('names and configs of the autoencoders');

test('attention stands at the resolutions that are named, in the middle always', () => {
  const attention = (options: object) =>
    [...names(new Encoder({ ...ddconfig, ...options })), ...names(new Decoder({ ...ddconfig, ...options }))].filter(
      (name) => /(attn.*q.weight)|to_qkv/.test(name),
    );
  assert.equal(attention({}), ['mid.attn_1.q.weight', 'mid.attn_1.q.weight']);
  assert.equal(attention({ attn_resolutions: [4], use_linear_attn: true }), [
    ...['down.1.attn.0.to_qkv.weight', 'mid.attn_1.to_qkv.weight'],
    ...['mid.attn_1.to_qkv.weight', 'up.1.attn.0.to_qkv.weight', 'up.1.attn.1.to_qkv.weight'],
  ]);
  assert.equal(attention({ attn_resolutions: [8, 4], attn_type: 'none' }), []);
  // Of 9 pixels the encoder makes 4, the decoder of these 8.
  assert.equal(attention({ resolution: 9, attn_resolutions: [9] }).length, 3);
  assert.equal(attention({ resolution: 9, attn_resolutions: [8] }).length, 4);
});

test('where the channels change, the skip has a convolution: 1x1, or 3x3 where asked for', () => {
  const shortcut = (convShortcut?: boolean) =>
    [...new ResnetBlock({ channels: 32, outChannels: 64, dropout: 0, convShortcut }).namedParameters()]
      .map(([name, { publishedShape }]) => `${name} [${publishedShape.join()}]`)
      .filter((name) => /shortcut.weight/.test(name));
  assert.equal(shortcut(), ['nin_shortcut.weight [64,32,1,1]']);
  assert.equal(shortcut(true), ['conv_shortcut.weight [64,32,3,3]']);
  assert.not.ok(
    names(new ResnetBlock({ channels: 32, dropout: 0, convShortcut: true })).some((name) => name.includes('shortcut')),
  );
});

test('colorize, the loss and the moving average are parts of the state dict', async () => {
  const params = { ddconfig: { ...ddconfig, double_z: false }, lossconfig, embed_dim: 2, n_embed: 8 };
  const target = 'ldm.models.autoencoder.VQModel';
  const model = await instantiateFromConfig<VQModel>(
    { target, params: { ...params, colorize_nlabels: 5, use_ema: true } },
    registry,
  );
  const shapes = new Map([...model.namedParameters()].map(([name, { publishedShape }]) => [name, publishedShape]));
  assert.equal(shapes.get('colorize'), [3, 5, 1, 1]);
  assert.equal(shapes.get('model_ema.quantizeembeddingweight'), [8, 2]);
  const loss = new ResnetBlock({ channels: 32, dropout: 0 });
  assert.ok(names(new AutoencoderKL({ ddconfig, embed_dim: 2, loss })).includes('loss.norm1.weight'));
});

test('mistakes of a config: all of them, before anything is built', async () => {
  const message = async (target: string, params: object): Promise<string> => {
    try {
      await instantiateFromConfig({ target, params: { lossconfig, embed_dim: 2, ...params } }, registry);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const wrong = { ...ddconfig, ch: 48, attn_resolutions: [8, 16], double_z: false };
  const found = await message('AutoencoderKL', { ddconfig: wrong });
  assert.match(found, /ddconfig\.ch: is not divisible by the groups.*\n.*48 channels\n.*a multiple of 32/);
  assert.match(found, /ddconfig\.attn_resolutions\.1: no level has this resolution.*\n.*16\n.*one of 8, 4/);
  assert.match(found, /ddconfig\.double_z: an autoencoder of distributions needs variances/);
  assert.match(await message('VQModel', { ddconfig, n_embed: 8 }), /double_z: a codebook has no use for variances/);
  assert.throws(() => new AutoencoderKL({ ddconfig: wrong, embed_dim: 2 }), /expected double_z: true/);
  assert.throws(() => new VQModel({ ddconfig, embed_dim: 2, n_embed: 8 }), /expected double_z: false/);
});

test('an autoencoder begins with the weights of ckpt_path, less ignore_keys', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'vq.safetensors');
  const config = (params: object) => ({
    target: 'VQModelInterface',
    params: { ddconfig: { ...ddconfig, double_z: false }, lossconfig, embed_dim: 2, n_embed: 8, ...params },
  });
  const trained = (await instantiateFromConfig<Module>(config({}), registry)).initialize(new RandomStreams(5));
  writeSafetensors(path, trained.stateDict());
  const model = await instantiateFromConfig<Module>(
    config({ ckpt_path: path, ignore_keys: ['decoder.', 'quantize.'] }),
    registry,
  );
  const [report] = initFromCheckpoints(model);
  model.initialize(new RandomStreams(6));
  const value = (module: Module, name: string) => toFloat32(module.stateDict().get(name)!).join();
  assert.is(value(model, 'encoder.conv_in.weight'), value(trained, 'encoder.conv_in.weight'));
  assert.is.not(value(model, 'decoder.conv_in.weight'), value(trained, 'decoder.conv_in.weight'));
  assert.ok(report!.missing.includes('quantize.embedding.weight'));
  const absent = await instantiateFromConfig<Module>(config({ ckpt_path: join(folder, 'a.ckpt') }), registry);
  assert.throws(() => initFromCheckpoints(absent), /a\.ckpt/);
  [trained, model].forEach((module) => {
    module.dispose();
  });
});

test('IdentityFirstStage gives back what it gets, and takes any parameters', async () => {
  const params = { embed_dim: 4, vq_interface: true };
  const target = 'ldm.models.autoencoder.IdentityFirstStage';
  const stage = await instantiateFromConfig<IdentityFirstStage>({ target, params }, registry);
  const x = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
  for (const y of [stage.encode(x), stage.decode(x), stage.forward(x), new IdentityFirstStage().quantize(x)]) {
    assert.is(y, x);
  }
  assert.equal(stage.methods().quantize!({ x }), { quant: x });
  x.dispose();
});

test.run();
