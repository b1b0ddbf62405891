import { defineComponent } from '../src/config/index.js';
import { encoderUNetModelParams } from '../src/models/unet/encoder-unet-model.params.js';
import { unetModelParams } from '../src/models/unet/unet-model.params.js';
import { checkEncoderUNetModel, checkUNetModel } from './network-checks.js';

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
