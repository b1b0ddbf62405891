import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { basicUNetParams } from '../src/models/classic/basic-unet.params.js';
import { simpleDDPMModelParams } from '../src/models/classic/simple-ddpm/simple-ddpm-model.params.js';
import { unet2DModelParams, type UNet2DModelParams } from '../src/models/classic/unet2d/unet2d-model.params.js';
import { traits, type NetworkTraits } from './traits.js';

/** What diffusers asserts, or fails on, only when the network is built. */
function checkUNet2DModel(params: UNet2DModelParams): ParamProblem[] {
  return [...checkLevels(params), ...checkGroups(params), ...checkEmbeddings(params)];
}

function checkLevels(params: UNet2DModelParams): ParamProblem[] {
  const levels = params.block_out_channels.length;
  return (['down_block_types', 'up_block_types'] as const)
    .filter((name) => params[name].length !== levels)
    .map((name) => ({
      path: [name],
      problem: 'has not one entry per level',
      found: `${params[name].length} for ${levels} block_out_channels`,
      expected: `${levels}`,
    }));
}

function checkGroups(params: UNet2DModelParams): ParamProblem[] {
  const { block_out_channels: channels, norm_num_groups: groups, attn_norm_num_groups: attentionGroups } = params;
  const problems: ParamProblem[] = [];
  channels.forEach((count, level) => {
    if (count % groups === 0) return;
    problems.push({
      path: ['block_out_channels', level],
      problem: 'is not divisible by the groups of the group normalization',
      found: `${count} channels in ${groups} groups`,
      expected: `a multiple of ${groups}`,
      remedy: `set norm_num_groups to a divisor of ${count}, or change block_out_channels`,
    });
  });
  const last = channels.at(-1) ?? 0;
  if (attentionGroups !== null && last % attentionGroups !== 0) {
    problems.push({
      path: ['attn_norm_num_groups'],
      problem: 'does not divide the channels of the last level',
      found: `${last} channels in ${attentionGroups} groups`,
      expected: `a divisor of ${last}`,
    });
  }
  return problems;
}

function checkEmbeddings(params: UNet2DModelParams): ParamProblem[] {
  const { block_out_channels: channels, attention_head_dim: headDim, freq_shift: freqShift } = params;
  const problems: ParamProblem[] = [];
  const attends = channels.filter(
    (_, level) =>
      params.down_block_types[level] === 'AttnDownBlock2D' ||
      params.up_block_types.at(-1 - level) === 'AttnUpBlock2D' ||
      (params.add_attention && level === channels.length - 1),
  );
  const fewest = Math.min(...attends);
  if (headDim !== null && headDim > fewest) {
    problems.push({
      path: ['attention_head_dim'],
      problem: 'is more than the channels of a level with attention',
      found: String(headDim),
      expected: `at most ${fewest}`,
    });
  }
  const frequencies = Math.floor((channels[0] ?? 0) / 2);
  if (params.time_embedding_type === 'positional' && freqShift >= frequencies) {
    problems.push({
      path: ['freq_shift'],
      problem: 'leaves no frequencies',
      found: String(freqShift),
      expected: `less than half of the first block_out_channels, ${frequencies}`,
    });
  }
  if (params.time_embedding_type === 'learned' && params.num_train_timesteps === null) {
    problems.push({
      path: ['num_train_timesteps'],
      problem: 'has to be set where time_embedding_type is learned',
      remedy: 'add num_train_timesteps: 1000',
    });
  }
  return problems;
}

function unet2DTraits(params: UNet2DModelParams): NetworkTraits {
  const [height, width = height] = [params.sample_size ?? []].flat();
  const isLearned = params.time_embedding_type === 'learned' && params.num_train_timesteps !== null;
  return {
    inChannels: params.in_channels,
    outChannels: params.out_channels,
    ...(height !== undefined && height === width && { imageSize: height }),
    downsampling: 2 ** (params.block_out_channels.length - 1),
    numClasses: params.class_embed_type === 'identity' ? 0 : (params.num_class_embeds ?? 0),
    ...(isLearned && { numTimesteps: params.num_train_timesteps ?? 0 }),
  };
}

export const classicNetworks = [
  defineComponent({
    target: 'BasicUNet',
    kind: 'network',
    summary: 'Six 5x5 convolutions with two skips; sees neither timestep nor class.',
    shapes: 'x [N, in_channels, H, W] -> [N, out_channels, H, W]',
    source: 'Hugging Face diffusion course, unit 1, "Diffusion models from scratch"',
    params: basicUNetParams,
    traits: ({ in_channels: inChannels, out_channels: outChannels }) =>
      traits({ network: { inChannels, outChannels, numClasses: 0, downsampling: 4 } }),
    load: async () => {
      const { BasicUNet } = await import('../src/models/classic/basic-unet.js');
      return (params) => new BasicUNet(params);
    },
  }),
  defineComponent({
    target: 'SimpleDDPMModel',
    kind: 'network',
    summary: 'One residual layer per level down and up, with a trained vector per timestep and class.',
    shapes: 'x [N, in_channels, H, W], timesteps [N], y [N] with classes -> [N, out_channels, H, W]',
    source: 'the article "DDPM core code", simplified DDPM and its conditional form',
    params: simpleDDPMModelParams,
    traits: (params) =>
      traits({
        network: {
          inChannels: params.in_channels,
          outChannels: params.out_channels,
          numClasses: params.num_classes ?? 0,
          ...(params.num_classes !== null && { nullClass: params.num_classes }),
          numTimesteps: params.max_time_step,
        },
      }),
    load: async () => {
      const { SimpleDDPMModel } = await import('../src/models/classic/simple-ddpm/simple-ddpm-model.js');
      return (params) => new SimpleDDPMModel(params);
    },
  }),
  defineComponent({
    target: 'UNet2DModel',
    aliases: ['diffusers.UNet2DModel', 'diffusers.models.UNet2DModel'],
    kind: 'network',
    summary: 'The UNet of diffusers: residual and attention blocks by name, optionally class-conditional.',
    shapes: 'sample [N, in_channels, H, W], timestep [N], class_labels [N] with classes -> [N, out_channels, H, W]',
    source: 'Hugging Face diffusers 0.24, models/unet_2d.py; Ho et al. 2020, Song et al. 2020',
    params: unet2DModelParams,
    check: checkUNet2DModel,
    traits: (params) => traits({ network: unet2DTraits(params) }),
    load: async () => {
      const { UNet2DModel } = await import('../src/models/classic/unet2d/unet2d-model.js');
      return (params) => new UNet2DModel(params);
    },
  }),
];
