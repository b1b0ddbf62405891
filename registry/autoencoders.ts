import { defineComponent, type Build, type ParamProblem } from '../src/config/index.js';
import { autoencoderKLParams } from '../src/models/autoencoder/autoencoder-kl.params.js';
import { ddconfigParams, type Ddconfig } from '../src/models/autoencoder/ddconfig.params.js';
import { identityFirstStageParams } from '../src/models/autoencoder/identity-first-stage.params.js';
import { levelResolutions } from '../src/models/autoencoder/level-resolutions.js';
import { NORM_GROUPS } from '../src/models/autoencoder/norm-groups.js';
import { vectorQuantizerParams } from '../src/models/autoencoder/vector-quantizer.params.js';
import { vqModelParams, type VQModelOptions, type VQModelParams } from '../src/models/autoencoder/vq-model.params.js';
import type { Module } from '../src/nn/index.js';

const modelSource = 'Esser et al. 2021; latent-diffusion, ldm/modules/diffusionmodules/model.py';
const autoencoderSource = 'Rombach et al. 2022; latent-diffusion, ldm/models/autoencoder.py';

/** What the published code fails on only when the network is built, and attention that it would leave out. */
function checkDdconfig(config: Ddconfig): ParamProblem[] {
  const problems: ParamProblem[] = [];
  if (config.ch % NORM_GROUPS !== 0) {
    problems.push({
      path: ['ch'],
      problem: 'is not divisible by the groups of the group normalization',
      found: `${config.ch} channels`,
      expected: `a multiple of ${NORM_GROUPS}`,
    });
  }
  const { encoder, decoder } = levelResolutions(config);
  config.attn_resolutions.forEach((resolution, i) => {
    if (encoder.includes(resolution) || decoder.includes(resolution)) return;
    problems.push({
      path: ['attn_resolutions', i],
      problem: 'no level has this resolution, so that there would be no attention',
      found: String(resolution),
      expected: `one of ${encoder.join(', ')}, the heights of the levels in pixels`,
    });
  });
  return problems;
}

/** As checkDdconfig, and that the encoder gives variances or not, as the autoencoder needs. */
const checkAutoencoder =
  (doubleZ: boolean) =>
  ({ ddconfig }: { readonly ddconfig: Ddconfig }): ParamProblem[] => {
    const problems = checkDdconfig(ddconfig);
    if (ddconfig.double_z !== doubleZ) {
      problems.push({
        path: ['double_z'],
        problem: doubleZ ? 'an autoencoder of distributions needs variances' : 'a codebook has no use for variances',
        found: String(ddconfig.double_z),
        expected: String(doubleZ),
        remedy: `set double_z: ${String(doubleZ)}`,
      });
    }
    return problems.map((problem) => ({ ...problem, path: ['ddconfig', ...problem.path] }));
  };

/** What both autoencoders with a codebook are built from. */
async function loadVQOptions(): Promise<(params: VQModelParams, build: Build) => VQModelOptions> {
  const { LitEma } = await import('../src/optim/index.js');
  return ({ use_ema: useEma, lossconfig, ...options }, build) => ({
    ...options,
    loss: build<Module>(lossconfig),
    ...(useEma && { ema: (model: Module) => new LitEma(model) }),
  });
}

export const autoencoders = [
  defineComponent({
    target: 'AutoencoderKL',
    aliases: ['ldm.models.autoencoder.AutoencoderKL'],
    kind: 'first-stage',
    summary: 'Variational autoencoder: images to normal distributions of latent images.',
    shapes:
      'encode: x [N, in_channels, H, W] in [-1, 1] -> mean, logvar [N, embed_dim, H/f, W/f]; decode: z [N, embed_dim, h, w] -> [N, out_ch, h*f, w*f]; f = 2^(levels of ch_mult - 1)',
    source: autoencoderSource,
    params: autoencoderKLParams,
    check: checkAutoencoder(true),
    load: async () => {
      const { AutoencoderKL } = await import('../src/models/autoencoder/autoencoder-kl.js');
      return ({ lossconfig, ...options }, build: Build) =>
        new AutoencoderKL({ ...options, loss: build<Module>(lossconfig) });
    },
  }),
  defineComponent({
    target: 'VQModel',
    aliases: ['ldm.models.autoencoder.VQModel'],
    kind: 'first-stage',
    summary: 'Autoencoder with a codebook: images to codes.',
    shapes:
      'encode: x [N, in_channels, H, W] in [-1, 1] -> [N, embed_dim, H/f, W/f]; decode: [N, embed_dim, h, w] -> [N, out_ch, h*f, w*f]; f = 2^(levels of ch_mult - 1)',
    source: autoencoderSource,
    params: vqModelParams,
    check: checkAutoencoder(false),
    load: async () => {
      const { VQModel } = await import('../src/models/autoencoder/vq-model.js');
      const optionsOf = await loadVQOptions();
      return (params, build) => new VQModel(optionsOf(params, build));
    },
  }),
  defineComponent({
    target: 'VQModelInterface',
    aliases: ['ldm.models.autoencoder.VQModelInterface'],
    kind: 'first-stage',
    summary: 'VQModel whose latent images are those before the codebook, which the decoder looks up.',
    shapes:
      'encode: x [N, in_channels, H, W] in [-1, 1] -> [N, embed_dim, H/f, W/f]; decode: h [N, embed_dim, h, w] -> [N, out_ch, h*f, w*f]; f = 2^(levels of ch_mult - 1)',
    source: autoencoderSource,
    params: vqModelParams,
    check: checkAutoencoder(false),
    load: async () => {
      const { VQModelInterface } = await import('../src/models/autoencoder/vq-model-interface.js');
      const optionsOf = await loadVQOptions();
      return (params, build) => new VQModelInterface(optionsOf(params, build));
    },
  }),
  defineComponent({
    target: 'IdentityFirstStage',
    aliases: ['ldm.models.autoencoder.IdentityFirstStage'],
    kind: 'first-stage',
    summary: 'No autoencoder: latent images are images.',
    shapes: 'x [N, C, H, W] -> the same',
    source: autoencoderSource,
    params: identityFirstStageParams,
    load: async () => {
      const { IdentityFirstStage } = await import('../src/models/autoencoder/identity-first-stage.js');
      return (params) => new IdentityFirstStage(params);
    },
  }),
  defineComponent({
    target: 'Encoder',
    aliases: ['ldm.modules.diffusionmodules.model.Encoder'],
    kind: 'autoencoder-part',
    summary: 'Images to encodings, by residual blocks and attention.',
    shapes:
      'x [N, in_channels, H, W] -> [N, z_channels, H/f, W/f], twice the channels with double_z; f = 2^(levels of ch_mult - 1)',
    source: modelSource,
    params: ddconfigParams,
    check: checkDdconfig,
    load: async () => {
      const { Encoder } = await import('../src/models/autoencoder/encoder.js');
      return (params) => new Encoder(params);
    },
  }),
  defineComponent({
    target: 'Decoder',
    aliases: ['ldm.modules.diffusionmodules.model.Decoder'],
    kind: 'autoencoder-part',
    summary: 'Encodings to images, by residual blocks and attention.',
    shapes: 'z [N, z_channels, h, w] -> [N, out_ch, h*f, w*f]; f = 2^(levels of ch_mult - 1)',
    source: modelSource,
    params: ddconfigParams,
    check: checkDdconfig,
    load: async () => {
      const { Decoder } = await import('../src/models/autoencoder/decoder.js');
      return (params) => new Decoder(params);
    },
  }),
  defineComponent({
    target: 'VectorQuantizer',
    aliases: ['taming.modules.vqvae.quantize.VectorQuantizer2'],
    kind: 'autoencoder-part',
    summary: 'Codebook: vectors to the nearest of its codes.',
    shapes: 'z [N, e_dim, H, W] -> quant [N, e_dim, H, W], codebook_loss [], indices [N*H*W]',
    source: 'van den Oord et al. 2017; taming-transformers, taming/modules/vqvae/quantize.py',
    params: vectorQuantizerParams,
    load: async () => {
      const { VectorQuantizer } = await import('../src/models/autoencoder/vector-quantizer.js');
      return (params) => new VectorQuantizer(params);
    },
  }),
  defineComponent({
    target: 'Identity',
    aliases: ['torch.nn.Identity'],
    kind: 'identity',
    summary: 'What is given: no loss, or a condition that is used as it is; takes any parameters and uses none.',
    source: 'PyTorch, torch.nn.Identity',
    params: { type: 'object', additionalProperties: true, properties: {} },
    load: async () => {
      const { Identity } = await import('../src/nn/identity.js');
      return () => new Identity();
    },
  }),
];
