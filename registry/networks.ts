import { defineComponent } from '../src/config/index.js';
import { encoderUNetModelParams } from '../src/models/unet/encoder-unet-model.params.js';
import { unetModelParams, type UNetModelParams } from '../src/models/unet/unet-model.params.js';
import { attentions, checkEncoderUNetModel, checkUNetModel } from './network-checks.js';
import { traits, type NetworkTraits } from './traits.js';

function unetTraits(params: UNetModelParams): NetworkTraits {
  const { image_size, context_dim, num_classes, n_embed, channel_mult } = params;
  const [height, ...others] = [image_size].flat();
  const [contextDim] = [context_dim ?? []].flat();
  return {
    inChannels: params.in_channels,
    outChannels: n_embed ?? params.out_channels,
    // Of other sizes than squares the models here say nothing.
    ...(height !== undefined && others.every((size) => size === height) && { imageSize: height }),
    downsampling: 2 ** (channel_mult.length - 1),
    numClasses: num_classes ?? 0,
    ...(contextDim !== undefined && {
      contextDim,
      needsNoContext: attentions(params).every(({ channels }) => channels === contextDim),
    }),
  };
}

export const networks = [
  defineComponent({
    target: 'UNetModel',
    aliases: ['ldm.modules.diffusionmodules.openaimodel.UNetModel'],
    kind: 'network',
    summary: 'UNet with attention and timestep embedding, optionally conditioned on a class or a context.',
    shapes:
      'x [N, in_channels, H, W], timesteps [N], context [N, T, context_dim] with spatial transformers, y [N] with classes -> [N, out_channels, H, W]; with dims 1 sequences [N, C, L]',
    source:
      'Dhariwal and Nichol 2021, Rombach et al. 2022; latent-diffusion, ldm/modules/diffusionmodules/openaimodel.py',
    params: unetModelParams,
    check: checkUNetModel,
    traits: (params) => traits({ network: unetTraits(params) }),
    load: async () => {
      const { UNetModel } = await import('../src/models/unet/unet-model.js');
      return (params) => new UNetModel(params);
    },
  }),
  defineComponent({
    target: 'EncoderUNetModel',
    aliases: ['ldm.modules.diffusionmodules.openaimodel.EncoderUNetModel'],
    kind: 'classifier',
    summary: 'The way down of UNetModel and pooling: one vector of a noisy image, such as class logits.',
    shapes: 'x [N, in_channels, H, W], timesteps [N] -> [N, out_channels]',
    source: 'Dhariwal and Nichol 2021; latent-diffusion, ldm/modules/diffusionmodules/openaimodel.py',
    params: encoderUNetModelParams,
    check: checkEncoderUNetModel,
    load: async () => {
      const { EncoderUNetModel } = await import('../src/models/unet/encoder-unet-model.js');
      return (params) => new EncoderUNetModel(params);
    },
  }),
];
