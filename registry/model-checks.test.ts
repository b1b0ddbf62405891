import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { validateComponent } from '../src/config/index.js';
import { ConfigError } from '../src/errors.js';
import { registry } from './index.js';

type Params = Readonly<Record<string, unknown>>;

/** The message of validation, none where there is nothing to say. */
function messageOf(target: string, params: Params): string {
  try {
    validateComponent({ target, params }, registry);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

const unet = (params: Params = {}) => ({
  target: 'UNetModel',
  params: {
    ...{ image_size: 16, in_channels: 4, out_channels: 4, model_channels: 32, num_res_blocks: 1 },
    ...{ attention_resolutions: [2], channel_mult: [1, 2], num_heads: 1 },
    ...params,
  },
});
const attending = (params: Params = {}) => unet({ use_spatial_transformer: true, context_dim: 12, ...params });

const ddconfig = {
  ...{ double_z: true, z_channels: 4, resolution: 64, in_channels: 3, out_ch: 3, ch: 32, ch_mult: [1, 2, 4] },
  ...{ num_res_blocks: 1, attn_resolutions: [] },
};
const kl = { target: 'AutoencoderKL', params: { ddconfig, embed_dim: 4, lossconfig: { target: 'torch.nn.Identity' } } };
const vq = (target: string) => ({
  target,
  params: { ...kl.params, ddconfig: { ...ddconfig, double_z: false }, n_embed: 8 },
});
const classes = { target: 'ClassEmbedder', params: { embed_dim: 12, n_classes: 5 } };
const rescaler = { target: 'SpatialRescaler', params: { in_channels: 3, out_channels: 2 } };
const identity = { target: 'torch.nn.Identity' };

const latent = (params: Params) =>
  messageOf('LatentDiffusion', {
    ...{ first_stage_config: kl, cond_stage_config: '__is_unconditional__', unet_config: unet() },
    ...{ image_size: 16, channels: 4 },
    ...params,
  });
const ddpm = (params: Params) => messageOf('DDPM', { unet_config: unet(), image_size: 16, channels: 4, ...params });

/** The lines of a message. */
const lines = (...rest: string[]) => rest.join('\n');

const test = suite('rules between a model and what it is made of');

test('patches reach all of an image and become as large as the first stage makes them', () => {
  const split = (params: Params) => latent({ split_input_config: { target: 'SplitInput', params } });
  const four = { vqf: 4 };
  assert.is(split({ ...four, ks: [8, 8], stride: [4, 8] }), '');
  assert.is(split({ vqf: 2, patch_distributed_vq: false }), '', 'no more than the image has');
  assert.match(split({ ...four, ks: [8, 8], stride: [5, 4] }), /stride: patches do not reach all of the latent image/);
  assert.match(split({ ...four, ks: [48, 48], stride: [24, 24] }), /stride: patches do not reach all of the image/);
  assert.match(split({ vqf: 2 }), /vqf: is not what the first stage makes images smaller by[^]*expected: +4/);
  assert.match(split({ ...four, ks: [8, 8], stride: [16, 4] }), /stride\.0: is larger than the patch/);
  assert.match(split({ ...four, clip_min_weight: 0.6 }), /clip_min_weight: is more than clip_max_weight/);
});

test('what goes together is accepted', () => {
  assert.is(ddpm({}), '');
  assert.is(latent({}), '');
  assert.is(latent({ first_stage_config: vq('VQModelInterface') }), '');
  assert.is(latent({ first_stage_config: { target: 'IdentityFirstStage' } }), '');
  assert.is(latent({ cond_stage_config: rescaler, unet_config: unet({ in_channels: 6 }) }), '');
  assert.is(latent({ cond_stage_config: identity, unet_config: unet({ in_channels: 9 }) }), '');
  assert.is(latent({ cond_stage_config: '__is_first_stage__', unet_config: unet({ in_channels: 9 }) }), '');
  assert.is(latent({ cond_stage_config: kl, unet_config: unet({ in_channels: 8 }) }), '');
  const crossattn = { cond_stage_config: classes, conditioning_key: 'crossattn', unet_config: attending() };
  assert.is(latent(crossattn), '');
  assert.is(latent({ ...crossattn, conditioning_key: null, concat_mode: false }), '');
  assert.is(latent({ ...crossattn, cond_stage_trainable: true, num_timesteps_cond: 100 }), '');
  const adm = { cond_stage_config: identity, conditioning_key: 'adm', unet_config: unet({ num_classes: 5 }) };
  assert.is(latent(adm), '');
  const hybrid = { cond_stage_config: identity, conditioning_key: 'hybrid' };
  assert.is(latent({ ...hybrid, unet_config: attending({ in_channels: 7 }) }), '');
  assert.is(latent({ image_size: 64, unet_config: unet({ image_size: [64, 64] }) }), '', 'other than resolution / f');
  assert.is(latent({ unet_config: attending({ model_channels: 64, channel_mult: [1], context_dim: 64 }) }), '');
});

const mistakes: readonly [title: string, found: () => string, expected: string][] = [
  [
    'in_channels without a condition to join',
    () => latent({ unet_config: unet({ in_channels: 3 }) }),
    lines(
      'params.unet_config.params.in_channels: the network takes another number of channels than it is given',
      '  found:        3',
      '  expected:     4: channels of the latent images',
    ),
  ],
  [
    'in_channels with a condition to join',
    () => latent({ cond_stage_config: rescaler }),
    lines(
      'params.unet_config.params.in_channels: the network takes another number of channels than it is given',
      '  found:        4',
      '  expected:     6: channels of the latent images and of the condition',
    ),
  ],
  [
    'in_channels with the first stage as the conditioner',
    () => latent({ cond_stage_config: '__is_first_stage__', unet_config: unet({ in_channels: 7 }) }),
    lines(
      'params.unet_config.params.in_channels: the network takes another number of channels than it is given',
      '  found:        7',
      '  expected:     at least 8: channels of the latent images and of the condition',
    ),
  ],
  [
    'in_channels with a condition as the data have it',
    () => latent({ cond_stage_config: identity }),
    lines(
      'params.unet_config.params.in_channels: the network takes another number of channels than it is given',
      '  found:        4',
      '  expected:     at least 5: channels of the latent images and of the condition',
    ),
  ],
  [
    'in_channels of images',
    () => ddpm({ unet_config: unet({ in_channels: 3 }) }),
    lines(
      'params.unet_config.params.in_channels: the network takes another number of channels than it is given',
      '  found:        3',
      '  expected:     4: the channels of the images',
    ),
  ],
  [
    'out_channels',
    () => latent({ unet_config: unet({ out_channels: 3 }) }),
    lines(
      'params.unet_config.params.out_channels: the network predicts another number of channels than is diffused',
      '  found:        3',
      '  expected:     4, as channels says',
    ),
  ],
  [
    'channels of the latent images',
    () => latent({ channels: 3, unet_config: unet({ in_channels: 3, out_channels: 3 }) }),
    lines(
      'params.channels: is not the number of channels of the latent images',
      '  found:        3',
      '  expected:     4, embed_dim of the first stage',
    ),
  ],
  [
    'a network for another size',
    () => latent({ image_size: 32 }),
    lines(
      'params.unet_config.params.image_size: the network is for images of another size than the model',
      '  found:        16',
      '  expected:     32, as image_size of the model says',
    ),
  ],
  [
    'a size that the levels do not divide',
    () => ddpm({ image_size: 18, unet_config: unet({ image_size: 18, channel_mult: [1, 2, 2] }) }),
    lines(
      'params.image_size: is not divisible by the down-sampling of the network',
      '  found:        18 pixels, made smaller by 4',
      '  expected:     a multiple of 4, or fewer levels in unet_config.params',
    ),
  ],
  [
    'a context of other channels',
    () => latent({ cond_stage_config: classes, concat_mode: false, unet_config: attending({ context_dim: 10 }) }),
    lines(
      'params.unet_config.params.context_dim: is not the number of channels that the conditioner makes',
      '  found:        10',
      '  expected:     12',
    ),
  ],
  [
    'crossattn with a network that attends to nothing',
    () => latent({ cond_stage_config: classes, conditioning_key: 'crossattn' }),
    lines(
      'params.unet_config: conditioning_key crossattn needs a network that attends to a context',
      '  found:        a network without spatial transformers',
      '  to fix:       add use_spatial_transformer: true and context_dim to unet_config.params',
    ),
  ],
  [
    'a network that attends to a context that nothing makes',
    () => latent({ unet_config: attending() }),
    lines(
      'params.unet_config.params.use_spatial_transformer: the network attends to a context, and there is none',
      '  found:        a model without a condition',
      '  to fix:       add conditioning_key: crossattn with a conditioner, or remove use_spatial_transformer and context_dim',
    ),
  ],
  [
    'the same with a condition that is joined',
    () => latent({ cond_stage_config: identity, unet_config: attending({ in_channels: 7 }) }),
    lines(
      'params.unet_config.params.use_spatial_transformer: the network attends to a context, and there is none',
      '  found:        conditioning_key concat',
      '  to fix:       add conditioning_key: crossattn with a conditioner, or remove use_spatial_transformer and context_dim',
    ),
  ],
  [
    'vectors to join',
    () => latent({ cond_stage_config: classes, unet_config: unet({ in_channels: 5 }) }),
    lines(
      'params.cond_stage_config: makes no condition for conditioning_key concat',
      '  found:        a sequence of vectors',
      '  expected:     an image, to join to the noisy one',
      '  to fix:       add conditioning_key: crossattn',
    ),
  ],
  [
    'an image to attend to',
    () => latent({ cond_stage_config: rescaler, concat_mode: false, unet_config: attending() }),
    lines(
      'params.cond_stage_config: makes no condition for conditioning_key crossattn',
      '  found:        an image',
      '  expected:     a sequence of vectors, to attend to',
      '  to fix:       add conditioning_key: concat',
    ),
  ],
  [
    'one condition for two',
    () =>
      latent({
        ...{ cond_stage_config: '__is_first_stage__', conditioning_key: 'hybrid' },
        unet_config: attending({ in_channels: 8 }),
      }),
    lines(
      'params.cond_stage_config: makes no condition for conditioning_key hybrid',
      '  found:        a latent image',
      '  expected:     both an image and a sequence of vectors',
      '  to fix:       add conditioning_key: concat',
    ),
  ],
  [
    'class vectors for labels',
    () => latent({ cond_stage_config: classes, conditioning_key: 'adm', unet_config: unet({ num_classes: 5 }) }),
    lines(
      'params.cond_stage_config: makes no condition for conditioning_key adm',
      '  found:        a sequence of vectors',
      '  expected:     class labels as they are, by torch.nn.Identity',
      '  to fix:       add conditioning_key: crossattn',
    ),
  ],
  [
    'adm without classes',
    () => latent({ cond_stage_config: identity, conditioning_key: 'adm' }),
    lines(
      'params.conditioning_key: the network and the conditioning do not go together',
      '  found:        conditioning_key adm with no classes in the network',
      '  expected:     conditioning_key: adm exactly where unet_config.params has classes (num_classes, num_class_embeds)',
    ),
  ],
  [
    'classes without adm',
    () => ddpm({ unet_config: unet({ num_classes: 5 }) }),
    lines(
      'params.conditioning_key: the network and the conditioning do not go together',
      '  found:        conditioning_key null with 5 classes in the network',
      '  expected:     conditioning_key: adm exactly where unet_config.params has classes (num_classes, num_class_embeds)',
    ),
  ],
  [
    'more timesteps than embeddings of them',
    () => ddpm({ channels: 1, timesteps: 101, unet_config: { target: 'SimpleDDPMModel' } }),
    lines(
      'params.timesteps: the network has no embeddings of so many timesteps',
      '  found:        101 timesteps, a network for 100',
      '  expected:     at most 100, or more in unet_config.params (max_time_step, num_train_timesteps)',
    ),
  ],
  [
    'a key for a condition that there is not',
    () => latent({ conditioning_key: 'concat' }),
    lines(
      'params.conditioning_key: there is no condition that could enter the network',
      '  found:        concat',
      '  expected:     none with cond_stage_config: __is_unconditional__',
      '  to fix:       remove conditioning_key, or name a conditioner in cond_stage_config',
    ),
  ],
  [
    'no conditioner to train',
    () => latent({ cond_stage_trainable: true }),
    lines(
      'params.cond_stage_trainable: there is no conditioner to train',
      '  found:        true',
      '  expected:     false with __is_unconditional__',
    ),
  ],
  [
    'the first stage to train as the conditioner',
    () =>
      latent({
        ...{ cond_stage_config: '__is_first_stage__', cond_stage_trainable: true },
        unet_config: unet({ in_channels: 8 }),
      }),
    lines(
      'params.cond_stage_trainable: the first stage is not trained',
      '  found:        true',
      '  expected:     false with __is_first_stage__',
    ),
  ],
  [
    'codes to diffuse',
    () => latent({ first_stage_config: vq('VQModel') }),
    lines(
      'params.first_stage_config.target: encodes to codes, which cannot be diffused',
      '  expected:     VQModelInterface (ldm.models.autoencoder.VQModelInterface), or another first stage',
      '  to fix:       write VQModelInterface: its parameters and weights are the same',
    ),
  ],
  [
    'a factor that is given and measured',
    () => latent({ scale_factor: 0.5, scale_by_std: true }),
    lines(
      'params.scale_factor: is given, and scale_by_std has it measured',
      '  found:        0.5',
      '  expected:     1 with scale_by_std: true',
      '  to fix:       remove one of the two',
    ),
  ],
  [
    'a condition of more timesteps than there are',
    () => latent({ num_timesteps_cond: 1001 }),
    lines(
      'params.num_timesteps_cond: is more than there are timesteps',
      '  found:        1001',
      '  expected:     at most 1000',
    ),
  ],
  [
    'class labels with noise',
    () =>
      latent({
        ...{ cond_stage_config: identity, conditioning_key: 'adm', num_timesteps_cond: 2 },
        unet_config: unet({ num_classes: 5 }),
      }),
    lines(
      'params.num_timesteps_cond: the condition of conditioning_key adm cannot be noised',
      '  found:        2',
      '  expected:     1, or conditioning_key: concat or crossattn',
    ),
  ],
  [
    'positional encodings',
    () => ddpm({ use_positional_encodings: true }),
    lines(
      'params.use_positional_encodings: the method that computes positional encodings was never published',
      '  found:        true',
      '  expected:     false',
      '  to fix:       leave it out',
    ),
  ],
  [
    'a discriminator with a condition that nothing names',
    () => messageOf('AutoencoderKL', withLoss({ disc_conditional: true, disc_in_channels: 6 })),
    lines(
      'params.lossconfig.params.disc_conditional: nothing says what the discriminator sees beside the image',
      '  found:        true',
      '  expected:     false, or its key in a batch as disc_cond_key of the autoencoder',
    ),
  ],
  [
    'a condition for a discriminator that sees none',
    () => messageOf('AutoencoderKL', { ...withLoss({}), disc_cond_key: 'depth' }),
    lines(
      'params.disc_cond_key: the discriminator sees nothing beside the image',
      '  found:        depth',
      '  expected:     null, or disc_conditional: true in lossconfig',
    ),
  ],
  [
    'the loss of the other kind of autoencoder',
    () =>
      messageOf('AutoencoderKL', {
        ...kl.params,
        lossconfig: { target: 'VQLPIPSWithDiscriminator', params: { disc_start: 0 } },
      }),
    lines(
      'params.lossconfig.target: is the loss of the other kind of autoencoder',
      '  expected:     LPIPSWithDiscriminator',
    ),
  ],
  [
    'a discriminator of other channels',
    () => messageOf('AutoencoderKL', withLoss({ disc_in_channels: 1 })),
    lines(
      'params.lossconfig.params.disc_in_channels: is not the number of channels of the reconstructions',
      '  found:        1',
      '  expected:     3, as out_ch says',
    ),
  ],
  [
    'a data set in the place of a conditioner',
    () => latent({ cond_stage_config: { target: 'MNIST' } }),
    lines(
      'params.cond_stage_config.target: MNIST cannot be used here',
      '  found:        MNIST, a dataset',
      '  expected:     a conditioner, first-stage or identity',
      '  to fix:       "ldm list" lists the names',
    ),
  ],
  [
    'a mistyped bare name',
    () => latent({ cond_stage_config: '__is_uncondtional__' }),
    lines(
      'params.cond_stage_config: unknown target',
      '  found:        __is_uncondtional__',
      '  expected:     the name of a conditioner, first-stage or identity',
      '  did you mean: __is_unconditional__',
      '  to fix:       "ldm list" lists the names',
    ),
  ],
];

function withLoss(params: Params): Params {
  return { ...kl.params, lossconfig: { target: 'LPIPSWithDiscriminator', params: { disc_start: 0, ...params } } };
}

for (const [title, found, expected] of mistakes) {
  test(title, () => {
    assert.is(found(), expected);
  });
}

test("a condition left out in training is the model's, and has a label of no class in its place", () => {
  const adm = { conditioning_key: 'adm', cond_stage_key: 'class_label', unet_config: unet({ num_classes: 5 }) };
  const drop = (val?: unknown, key = 'class_label') => ({ ucg_training: { [key]: { p: 0.1, val } } });
  assert.is(ddpm({ ...adm, ...drop(4) }), '');
  assert.match(ddpm({ ...adm, ...drop(5) }), /ucg_training\.class_label\.val: is no label\n.*found: +5\n.*0 to 4/);
  assert.match(ddpm({ ...adm, ...drop() }), /add a class for it, and write its label: val: 5/);
  assert.match(ddpm({ ...adm, ...drop(4, 'caption') }), /caption: is no condition of the model\n.*\n.*class_label/);
  assert.match(ddpm(drop(4)), /there is no condition to leave out/);

  const simple = { target: 'SimpleDDPMModel', params: { max_time_step: 1000, filter_nums: [8], num_classes: 5 } };
  const article = { ...adm, unet_config: simple, channels: 1 };
  assert.is(ddpm({ ...article, ...drop() }), '');
  assert.is(ddpm({ ...article, ...drop(5) }), '');
  assert.match(ddpm({ ...article, ...drop(6) }), /is no label/);

  const attended = { conditioning_key: 'crossattn', cond_stage_config: classes, unet_config: attending() };
  assert.is(latent({ ...attended, ...drop(4, 'class') }), '');
  assert.match(latent({ ...attended, ...drop(5, 'class') }), /is no label/);
  assert.match(latent(drop(4)), /there is no condition to leave out/);
});

test.run();
