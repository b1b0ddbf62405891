import type { ParamProblem, TraitsOf } from '../src/config/index.js';
import type { ConditioningKey } from '../src/diffusion/conditioning-key.js';
import type { DDPMParams } from '../src/diffusion/ddpm.params.js';
import { networkProblems } from '../src/diffusion/network-problems.js';
import { networkTraits, type NetworkTraits } from './traits.js';

/** What both diffusion models have of these. */
interface Diffusion {
  readonly timesteps: number;
  readonly given_betas: readonly number[] | null;
  readonly image_size: number;
  readonly channels: number;
  readonly use_positional_encodings: boolean;
}

/** How many channels a network is to take, and why. */
export interface InChannels {
  readonly count: number;
  /** Whether more may come with the data. */
  readonly atLeast?: boolean;
  readonly why: string;
}

/** What the published DDPM fails on only when it is trained. */
export function checkDDPM(params: DDPMParams, traitsOf: TraitsOf): ParamProblem[] {
  const network = networkTraits(traitsOf, params.unet_config);
  const inChannels = { count: params.channels, why: 'the channels of the images' };
  return [
    ...checkEncodings(params),
    ...checkDropouts(params, params.conditioning_key === null ? undefined : { key: params.cond_stage_key, ...network }),
    ...(network ? checkNetwork(network, params, { conditioningKey: params.conditioning_key, inChannels }) : []),
  ];
}

/** The rules between a network and the model that diffuses with it. */
export function checkNetwork(
  network: NetworkTraits,
  params: Diffusion,
  { conditioningKey, inChannels }: { conditioningKey: ConditioningKey; inChannels: InChannels },
): ParamProblem[] {
  return [
    ...checkChannels(network, params, inChannels),
    ...checkImageSize(network, params),
    ...checkAttention(network, conditioningKey),
    ...networkProblems(network, { conditioningKey, timesteps: timestepsOf(params) }).map(({ path, ...problem }) => ({
      ...problem,
      path: [path],
    })),
  ];
}

/** How many timesteps the diffusion has. */
export function timestepsOf({ given_betas: betas, timesteps }: Pick<Diffusion, 'given_betas' | 'timesteps'>): number {
  return betas?.length ?? timesteps;
}

/** What the publication has the parameter for, and nothing behind it. */
export function checkEncodings({ use_positional_encodings: wanted }: Diffusion): ParamProblem[] {
  if (!wanted) return [];
  return [
    {
      path: ['use_positional_encodings'],
      problem: 'the method that computes positional encodings was never published',
      found: 'true',
      expected: 'false',
      remedy: 'leave it out',
    },
  ];
}

/** What is left out in training has to be there, and what takes its place has to mean something. */
export function checkDropouts(
  { ucg_training: dropouts }: Pick<DDPMParams, 'ucg_training'>,
  condition: ConditionFacts | undefined,
): ParamProblem[] {
  return Object.entries(dropouts ?? {}).flatMap(([name, { val }]): ParamProblem[] => {
    const path = ['ucg_training', name];
    if (!condition) return [{ path, problem: 'there is no condition to leave out', remedy: 'remove ucg_training' }];
    const { key, numClasses = 0, nullClass } = condition;
    if (name !== key) {
      return [{ path, problem: 'is no condition of the model', found: name, expected: `${key}, the only one` }];
    }
    const label = val ?? nullClass;
    const isLabel = typeof label === 'number' && (label === nullClass || (label >= 0 && label < numClasses));
    if (numClasses === 0 || isLabel) return [];
    return [
      {
        path: [...path, 'val'],
        problem: 'is no label',
        ...(val !== null && { found: JSON.stringify(val) }),
        expected: `0 to ${numClasses - 1}, of which one is to stand for no class`,
        remedy: `add a class for it, and write its label: val: ${numClasses}`,
      },
    ];
  });
}

/** What is known of a model's condition. */
export interface ConditionFacts {
  /** Its name in a batch. */
  readonly key: string;
  /** How many classes there are labels of; absent where it is something else. */
  readonly numClasses?: number;
  readonly nullClass?: number;
}

/** That the network takes and makes as many channels as there are. */
export function checkChannels(
  { inChannels: takes, outChannels: makes }: NetworkTraits,
  { channels }: Pick<Diffusion, 'channels'>,
  { count, atLeast = false, why }: InChannels,
): ParamProblem[] {
  const problems: ParamProblem[] = [];
  if (atLeast ? takes < count : takes !== count) {
    problems.push({
      path: ['unet_config', 'params', 'in_channels'],
      problem: 'the network takes another number of channels than it is given',
      found: String(takes),
      expected: `${atLeast ? 'at least ' : ''}${count}: ${why}`,
    });
  }
  if (makes !== channels) {
    problems.push({
      path: ['unet_config', 'params', 'out_channels'],
      problem: 'the network predicts another number of channels than is diffused',
      found: String(makes),
      expected: `${channels}, as channels says`,
    });
  }
  return problems;
}

/** That the network is for images of this size. */
export function checkImageSize(
  { imageSize, downsampling = 1 }: NetworkTraits,
  { image_size: size }: Pick<Diffusion, 'image_size'>,
): ParamProblem[] {
  if (imageSize !== undefined && imageSize !== size) {
    return [
      {
        path: ['unet_config', 'params', 'image_size'],
        problem: 'the network is for images of another size than the model',
        found: String(imageSize),
        expected: `${size}, as image_size of the model says`,
      },
    ];
  }
  if (size % downsampling === 0) return [];
  return [
    {
      path: ['image_size'],
      problem: 'is not divisible by the down-sampling of the network',
      found: `${size} pixels, made smaller by ${downsampling}`,
      expected: `a multiple of ${downsampling}, or fewer levels in unet_config.params`,
    },
  ];
}

function checkAttention({ contextDim, needsNoContext }: NetworkTraits, key: ConditioningKey): ParamProblem[] {
  const givesContext = key === 'crossattn' || key === 'hybrid';
  if (givesContext && contextDim === undefined) {
    return [
      {
        path: ['unet_config'],
        problem: `conditioning_key ${key} needs a network that attends to a context`,
        found: 'a network without spatial transformers',
        remedy: 'add use_spatial_transformer: true and context_dim to unet_config.params',
      },
    ];
  }
  if (givesContext || contextDim === undefined || needsNoContext) return [];
  return [
    {
      path: ['unet_config', 'params', 'use_spatial_transformer'],
      problem: 'the network attends to a context, and there is none',
      found: key === null ? 'a model without a condition' : `conditioning_key ${key}`,
      remedy: 'add conditioning_key: crossattn with a conditioner, or remove use_spatial_transformer and context_dim',
    },
  ];
}
