import { defineComponent } from '../src/config/index.js';
import { basicUNetParams } from '../src/models/classic/basic-unet.params.js';
import { encoderUNetModelParams } from '../src/models/unet/encoder-unet-model.params.js';
import { unetModelParams } from '../src/models/unet/unet-model.params.js';
import { checkEncoderUNetModel, checkUNetModel } from './network-checks.js';

export const networks = [
  defineComponent({
    target: 'UNetModel',
    aliases: ['ldm.modules.diffusionmodules.openaimodel.UNetModel'],
    kind: 'network',
    summary: 'UNet with attention and timestep embedding, optionally conditioned on a class or a context.',
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
    source: 'Dhariwal and Nichol 2021; latent-diffusion, ldm/modules/diffusionmodules/openaimodel.py',
    params: encoderUNetModelParams,
    check: checkEncoderUNetModel,
    load: async () => {
      const { EncoderUNetModel } = await import('../src/models/unet/encoder-unet-model.js');
      return (params) => new EncoderUNetModel(params);
    },
  }),
  defineComponent({
    target: 'BasicUNet',
    kind: 'network',
    summary: 'Six 5x5 convolutions with two skips; sees neither timestep nor class.',
    source: 'Hugging Face diffusion course, unit 1, "Diffusion models from scratch"',
    params: basicUNetParams,
    load: async () => {
      const { BasicUNet } = await import('../src/models/classic/basic-unet.js');
      return (params) => new BasicUNet(params);
    },
  }),
];
