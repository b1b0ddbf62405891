import { defineComponent, type Build, type NeededFile, type ParamProblem, type TraitsOf } from '../src/config/index.js';
import { autoencoderKLParams, type AutoencoderKLParams } from '../src/first-stages/autoencoder-kl.params.js';
import { ddconfigParams, type Ddconfig } from '../src/models/autoencoder/ddconfig.params.js';
import { identityFirstStageParams } from '../src/first-stages/identity-first-stage.params.js';
import { levelResolutions } from '../src/models/autoencoder/level-resolutions.js';
import { NORM_GROUPS } from '../src/models/autoencoder/norm-groups.js';
import { vectorQuantizerParams } from '../src/models/autoencoder/vector-quantizer.params.js';
import { vqModelParams, type VQModelOptions, type VQModelParams } from '../src/first-stages/vq-model.params.js';
import type { FeatureExtractor } from '../src/metrics/index.js';
import type { Module } from '../src/nn/index.js';
import type { LearningRateSchedule } from '../src/optim/index.js';
import { initialWeightsNeeded } from './initial-weights.js';
import { klWeightsRemedy, vqWeightsRemedy } from './published-weights.js';
import { lossTraits, traits, type FirstStageTraits, type LossTraits } from './traits.js';

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

/** What the rules of both kinds of autoencoders look at. */
type AutoencoderParams = Pick<AutoencoderKLParams, 'ddconfig' | 'lossconfig' | 'embed_dim' | 'disc_cond_key'>;

/** As checkDdconfig, and that the encoder gives variances or not, as the autoencoder needs. */
const checkAutoencoder =
  (kind: LossTraits['takes']) =>
  (params: AutoencoderParams & { readonly n_embed?: number }, traitsOf: TraitsOf): ParamProblem[] => {
    const { ddconfig } = params;
    const problems = checkDdconfig(ddconfig);
    const doubleZ = kind === 'posterior';
    if (ddconfig.double_z !== doubleZ) {
      problems.push({
        path: ['double_z'],
        problem: doubleZ ? 'an autoencoder of distributions needs variances' : 'a codebook has no use for variances',
        found: String(ddconfig.double_z),
        expected: String(doubleZ),
        remedy: `set double_z: ${String(doubleZ)}`,
      });
    }
    return [
      ...problems.map((problem) => ({ ...problem, path: ['ddconfig', ...problem.path] })),
      ...checkLoss(kind, params, lossTraits(traitsOf, params.lossconfig)),
    ];
  };

/** What the loss fails on only when it is first called. */
function checkLoss(
  kind: LossTraits['takes'],
  { ddconfig, disc_cond_key: conditionKey, n_embed: codes }: AutoencoderParams & { readonly n_embed?: number },
  loss: LossTraits | undefined,
): ParamProblem[] {
  if (!loss) return [];
  if (loss.takes !== kind) {
    return [
      {
        path: ['lossconfig', 'target'],
        problem: 'is the loss of the other kind of autoencoder',
        expected: kind === 'posterior' ? 'LPIPSWithDiscriminator' : 'VQLPIPSWithDiscriminator',
      },
    ];
  }
  const problems: ParamProblem[] = [];
  if (loss.isConditional && conditionKey === null) {
    problems.push({
      path: ['lossconfig', 'params', 'disc_conditional'],
      problem: 'nothing says what the discriminator sees beside the image',
      found: 'true',
      expected: 'false, or its key in a batch as disc_cond_key of the autoencoder',
    });
  }
  if (!loss.isConditional && conditionKey !== null) {
    problems.push({
      path: ['disc_cond_key'],
      problem: 'the discriminator sees nothing beside the image',
      found: conditionKey,
      expected: 'null, or disc_conditional: true in lossconfig',
    });
  }
  if (loss.imageChannels !== ddconfig.out_ch && !loss.isConditional) {
    problems.push({
      path: ['lossconfig', 'params', 'disc_in_channels'],
      problem: 'is not the number of channels of the reconstructions',
      found: String(loss.imageChannels),
      expected: `${ddconfig.out_ch}, as out_ch says`,
    });
  }
  if (codes !== undefined && loss.codes !== undefined && loss.codes < codes) {
    problems.push({
      path: ['lossconfig', 'params', 'n_classes'],
      problem: 'is less than the codebook has codes',
      found: String(loss.codes),
      expected: `${codes}, as n_embed says, or null`,
    });
  }
  return problems;
}

function autoencoderTraits(
  { ddconfig, embed_dim: latentChannels }: AutoencoderParams,
  of: Pick<FirstStageTraits, 'isDiffusible' | 'isTrainable'>,
): FirstStageTraits {
  return { imageChannels: ddconfig.in_channels, latentChannels, downsampling: downsamplingOf(ddconfig), ...of };
}

function downsamplingOf({ ch_mult: { length: levels } }: Ddconfig): number {
  return 2 ** (levels - 1);
}

const klNeeds = initialWeightsNeeded(({ ddconfig, embed_dim: channels }: AutoencoderKLParams) =>
  klWeightsRemedy({ downsampling: downsamplingOf(ddconfig), channels }),
);

const vqWeightsNeeded = initialWeightsNeeded(({ ddconfig, n_embed: codes }: VQModelParams) =>
  vqWeightsRemedy({ downsampling: downsamplingOf(ddconfig), codes, attention: ddconfig.attn_type !== 'none' }),
);

function vqNeeds(params: VQModelParams): NeededFile[] {
  const { remap } = params;
  const codes = remap === null ? [] : [{ path: ['remap'], file: remap, what: 'a file of the codes in use (.npy)' }];
  return [...vqWeightsNeeded(params), ...codes];
}

/** The components that every autoencoder is given built. */
function builtParts(
  { lossconfig, rfid_extractor: extractor }: Pick<AutoencoderKLParams, 'lossconfig' | 'rfid_extractor'>,
  build: Build,
): { loss: Module; extractor?: FeatureExtractor } {
  return {
    loss: build<Module>(lossconfig),
    ...(extractor !== null && { extractor: build<FeatureExtractor>(extractor) }),
  };
}

/** What both autoencoders with a codebook are built from. */
async function loadVQOptions(): Promise<(params: VQModelParams, build: Build) => VQModelOptions> {
  const { LitEma } = await import('../src/optim/index.js');
  return ({ use_ema: useEma, lossconfig, rfid_extractor, scheduler_config: schedule, ...options }, build) => ({
    ...options,
    ...builtParts({ lossconfig, rfid_extractor }, build),
    ...(schedule !== null && { schedule: build<LearningRateSchedule>(schedule) }),
    ...(useEma && { ema: (model: Module) => new LitEma(model) }),
  });
}

export const autoencoders = [
  defineComponent({
    target: 'AutoencoderKL',
    aliases: ['ldm.models.autoencoder.AutoencoderKL'],
    kind: 'first-stage',
    summary:
      'Variational autoencoder: images to normal distributions of latent images; trained with LPIPSWithDiscriminator.',
    shapes:
      'encode: x [N, in_channels, H, W] in [-1, 1] -> mean, logvar [N, embed_dim, H/f, W/f]; decode: z [N, embed_dim, h, w] -> [N, out_ch, h*f, w*f]; f = 2^(levels of ch_mult - 1)',
    source: autoencoderSource,
    params: autoencoderKLParams,
    check: checkAutoencoder('posterior'),
    traits: (params) => traits({ firstStage: autoencoderTraits(params, { isDiffusible: true, isTrainable: true }) }),
    needs: klNeeds,
    load: async () => {
      const { AutoencoderKL } = await import('../src/first-stages/autoencoder-kl.js');
      return ({ lossconfig, rfid_extractor, ...options }, build: Build) =>
        new AutoencoderKL({ ...options, ...builtParts({ lossconfig, rfid_extractor }, build) });
    },
  }),
  defineComponent({
    target: 'VQModel',
    aliases: ['ldm.models.autoencoder.VQModel'],
    kind: 'first-stage',
    summary: 'Autoencoder with a codebook: images to codes; trained with VQLPIPSWithDiscriminator.',
    shapes:
      'encode: x [N, in_channels, H, W] in [-1, 1] -> [N, embed_dim, H/f, W/f]; decode: [N, embed_dim, h, w] -> [N, out_ch, h*f, w*f]; f = 2^(levels of ch_mult - 1)',
    source: autoencoderSource,
    params: vqModelParams,
    check: checkAutoencoder('codebook'),
    traits: (params) => traits({ firstStage: autoencoderTraits(params, { isDiffusible: false, isTrainable: true }) }),
    needs: vqNeeds,
    load: async () => {
      const { VQModel } = await import('../src/first-stages/vq-model.js');
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
    check: checkAutoencoder('codebook'),
    traits: (params) => traits({ firstStage: autoencoderTraits(params, { isDiffusible: true }) }),
    needs: vqNeeds,
    load: async () => {
      const { VQModelInterface } = await import('../src/first-stages/vq-model-interface.js');
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
    traits: () => traits({ firstStage: { isDiffusible: true, downsampling: 1 } }),
    load: async () => {
      const { IdentityFirstStage } = await import('../src/first-stages/identity-first-stage.js');
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
    traits: () => traits({ conditioning: { makes: 'as-given' } }),
    load: async () => {
      const { Identity } = await import('../src/nn/identity.js');
      return () => new Identity();
    },
  }),
];
