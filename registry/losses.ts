import { defineComponent, type NeededFile } from '../src/config/index.js';
import { crossEntropyLossParams } from '../src/losses/cross-entropy-loss.params.js';
import { lpipsParams } from '../src/losses/lpips.params.js';
import { lpipsWithDiscriminatorParams } from '../src/losses/lpips-with-discriminator.params.js';
import { nLayerDiscriminatorParams } from '../src/losses/n-layer-discriminator.params.js';
import { describeLpipsFile, LPIPS_HALVES, lpipsFilesIn } from '../src/losses/lpips-files.js';
import { vqLPIPSWithDiscriminatorParams } from '../src/losses/vq-lpips-with-discriminator.params.js';
import { traits, type LossTraits } from './traits.js';

/** What the losses with a discriminator all have. */
interface AdversarialParams {
  readonly disc_conditional: boolean;
  readonly disc_in_channels: number;
  readonly perceptual_weight: number;
  readonly lpips_weights: string;
}

const discriminatorTraits = (params: AdversarialParams, own: Pick<LossTraits, 'takes' | 'codes'>) =>
  traits({ loss: { isConditional: params.disc_conditional, imageChannels: params.disc_in_channels, ...own } });

/** LPIPS begins with published weights; a run that goes on has them in its checkpoint. */
function lpipsNeeded({ perceptual_weight: weight, lpips_weights: folder }: AdversarialParams): NeededFile[] {
  if (weight === 0) return [];
  const files = lpipsFilesIn(folder);
  return LPIPS_HALVES.map((half) => {
    const file = files[half];
    const { what, remedy } = describeLpipsFile(half, file);
    const without = 'or set perceptual_weight: 0, to train without LPIPS';
    return { path: ['lpips_weights'], file, what, remedy: `${remedy};\n${without}`, initial: true };
  });
}

export const losses = [
  defineComponent({
    target: 'LPIPSWithDiscriminator',
    aliases: ['ldm.modules.losses.LPIPSWithDiscriminator', 'ldm.modules.losses.contperceptual.LPIPSWithDiscriminator'],
    kind: 'loss',
    summary: 'Loss of the KL autoencoders: pixels, LPIPS, KL divergence and a patch discriminator.',
    shapes:
      "inputs, reconstructions [N, C, H, W] in [-1, 1], kl [N], cond [N, C', H, W] with disc_conditional -> loss []",
    source: 'Rombach et al. 2022; latent-diffusion, ldm/modules/losses/contperceptual.py',
    params: lpipsWithDiscriminatorParams,
    traits: (params) => discriminatorTraits(params, { takes: 'posterior' }),
    needs: lpipsNeeded,
    load: async () => {
      const { LPIPSWithDiscriminator } = await import('../src/losses/lpips-with-discriminator.js');
      const { readWeights } = await import('../src/io/weights-file.js');
      return (params) => new LPIPSWithDiscriminator(params, readWeights);
    },
  }),
  defineComponent({
    target: 'VQLPIPSWithDiscriminator',
    aliases: [
      'taming.modules.losses.vqperceptual.VQLPIPSWithDiscriminator',
      'ldm.modules.losses.vqperceptual.VQLPIPSWithDiscriminator',
    ],
    kind: 'loss',
    summary: 'Loss of the VQ autoencoders: pixels, LPIPS, codebook and a patch discriminator.',
    shapes:
      "inputs, reconstructions [N, C, H, W] in [-1, 1], codebook_loss [], cond [N, C', H, W] with disc_conditional -> loss []",
    source: 'Esser et al. 2021; taming-transformers, taming/modules/losses/vqperceptual.py',
    params: vqLPIPSWithDiscriminatorParams,
    traits: (params) => {
      const { n_classes: codes } = params;
      return discriminatorTraits(params, { takes: 'codebook', ...(codes !== null && { codes }) });
    },
    needs: lpipsNeeded,
    load: async () => {
      const { VQLPIPSWithDiscriminator } = await import('../src/losses/vq-lpips-with-discriminator.js');
      const { readWeights } = await import('../src/io/weights-file.js');
      return (params) => new VQLPIPSWithDiscriminator(params, readWeights);
    },
  }),
  defineComponent({
    target: 'LPIPS',
    aliases: ['taming.modules.losses.lpips.LPIPS'],
    kind: 'loss',
    summary: 'Perceptual distance of two images in the features of VGG16.',
    shapes: 'input, target [N, 3, H, W] in [-1, 1] -> [N, 1, 1, 1]',
    source: 'Zhang et al. 2018; taming-transformers, taming/modules/losses/lpips.py',
    params: lpipsParams,
    load: async () => {
      const { LPIPS } = await import('../src/losses/lpips.js');
      return () => new LPIPS();
    },
  }),
  defineComponent({
    target: 'NLayerDiscriminator',
    aliases: ['taming.modules.discriminator.model.NLayerDiscriminator'],
    kind: 'discriminator',
    summary: 'The patch discriminator of both losses, by itself.',
    shapes: 'input [N, input_nc, H, W] -> logits of patches [N, 1, h, w]',
    source: 'Isola et al. 2017; taming-transformers, taming/modules/discriminator/model.py',
    params: nLayerDiscriminatorParams,
    load: async () => {
      const { NLayerDiscriminator } = await import('../src/losses/n-layer-discriminator.js');
      return ({ input_nc: inChannels, ndf, n_layers: nLayers, use_actnorm: useActnorm }) =>
        new NLayerDiscriminator({ inChannels, ndf, nLayers, useActnorm });
    },
  }),
  defineComponent({
    target: 'CrossEntropyLoss',
    aliases: ['torch.nn.CrossEntropyLoss'],
    kind: 'loss',
    summary: 'Cross-entropy of class logits, of a vector or of each pixel.',
    source: 'PyTorch, torch.nn.CrossEntropyLoss',
    params: crossEntropyLossParams,
    load: async () => {
      const { CrossEntropyLoss } = await import('../src/losses/cross-entropy-loss.js');
      return (params) => new CrossEntropyLoss(params);
    },
  }),
  defineComponent({
    target: 'DummyLoss',
    aliases: [
      'taming.modules.losses.DummyLoss',
      'taming.modules.losses.vqperceptual.DummyLoss',
      'ldm.modules.losses.contperceptual.DummyLoss',
    ],
    kind: 'loss',
    summary: 'No loss: for a first stage that is not trained.',
    source: 'taming-transformers, taming/modules/losses/vqperceptual.py',
    params: { type: 'object', additionalProperties: false, properties: {} },
    load: async () => {
      const { DummyLoss } = await import('../src/losses/dummy-loss.js');
      return () => new DummyLoss();
    },
  }),
];
