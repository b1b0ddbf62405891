import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { unetModelParams, type UNetModelParams } from '../src/models/unet/unet-model.params.js';

/** What the published code asserts, or fails on, only when the network is built. */
function checkUNetModel(params: UNetModelParams): ParamProblem[] {
  const problems: ParamProblem[] = [];
  const { model_channels, norm_num_groups, num_heads, num_head_channels, channel_mult, attention_resolutions } = params;
  if (num_heads === -1 && num_head_channels === -1) {
    problems.push({
      path: ['num_heads'],
      problem: 'num_heads or num_head_channels has to be set',
      remedy: 'add num_heads: 1 or num_head_channels: 32',
    });
  }
  if (model_channels % norm_num_groups !== 0) {
    problems.push({
      path: ['model_channels'],
      problem: 'is not divisible by the groups of the group normalization',
      found: `${model_channels} channels in ${norm_num_groups} groups`,
      expected: `a multiple of ${norm_num_groups}`,
      remedy: `set norm_num_groups to a divisor of ${model_channels}, or change model_channels`,
    });
  }
  channel_mult.forEach((multiple, level) => {
    const channels = multiple * model_channels;
    const divisor = num_head_channels === -1 ? num_heads : num_head_channels;
    const attends = attention_resolutions.includes(2 ** level) || level === channel_mult.length - 1;
    if (attends && divisor > 0 && channels % divisor !== 0) {
      problems.push({
        path: [num_head_channels === -1 ? 'num_heads' : 'num_head_channels'],
        problem: `does not divide the ${channels} channels of level ${level}, where there is attention`,
        found: String(divisor),
        expected: `a divisor of ${channels}`,
      });
    }
  });
  return problems;
}

export const networks = [
  defineComponent({
    target: 'UNetModel',
    aliases: ['ldm.modules.diffusionmodules.openaimodel.UNetModel'],
    kind: 'network',
    summary: 'UNet with attention and timestep embedding, optionally class-conditional.',
    source: 'Dhariwal and Nichol 2021; latent-diffusion, ldm/modules/diffusionmodules/openaimodel.py',
    params: unetModelParams,
    check: checkUNetModel,
    load: async () => {
      const { UNetModel } = await import('../src/models/unet/unet-model.js');
      return (params) => new UNetModel(params);
    },
  }),
];
