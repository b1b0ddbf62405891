import type { ParamProblem, TraitsOf } from '../src/config/index.js';
import { conditioningKeyOf, type ConditioningKey } from '../src/diffusion/conditioning-key.js';
import type { LatentDiffusionParams } from '../src/diffusion/latent-diffusion.params.js';
import { checkDropouts, checkEncodings, checkNetwork, timestepsOf, type InChannels } from './diffusion-checks.js';
import { checkPatches } from './patches-checks.js';
import {
  conditioningTraits,
  firstStageTraits,
  networkTraits,
  patchesTraits,
  type ConditioningTraits,
  type FirstStageTraits,
  type NetworkTraits,
} from './traits.js';

/**
 * What the published LatentDiffusion asserts, or fails on, only when it is built or trained. `image_size` is not held
 * against the first stage's `resolution`: published models diffuse latents of larger images than it was trained on.
 */
export function checkLatentDiffusion(params: LatentDiffusionParams, traitsOf: TraitsOf): ParamProblem[] {
  const network = networkTraits(traitsOf, params.unet_config);
  const firstStage = firstStageTraits(traitsOf, params.first_stage_config);
  const conditioning = conditioningTraits(traitsOf, params.cond_stage_config);
  const patches = patchesTraits(traitsOf, params.split_input_config);
  const isUnconditional = conditioning?.makes === 'nothing';
  const conditioningKey = conditioningKeyOf({ ...params, isUnconditional });
  const inChannels = inChannelsOf(conditioningKey, params.channels, conditioning);
  return [
    ...checkEncodings(params),
    ...checkDropouts(
      params,
      isUnconditional
        ? undefined
        : { key: params.cond_stage_key, ...(conditioningKey === 'adm' ? network : conditioning) },
    ),
    ...checkFirstStage(params, firstStage),
    ...checkStages(params, conditioning),
    ...(patches ? checkPatches(params, patches, firstStage) : []),
    ...checkConditionTimesteps(params, conditioningKey),
    ...checkCondition(conditioningKey, conditioning),
    ...(network ? checkNetwork(network, params, { conditioningKey, inChannels }) : []),
    ...(network ? checkContext(network, conditioningKey, conditioning) : []),
  ];
}

function checkFirstStage(params: LatentDiffusionParams, firstStage: FirstStageTraits | undefined): ParamProblem[] {
  const problems: ParamProblem[] = [];
  if (firstStage?.isDiffusible === false) {
    problems.push({
      path: ['first_stage_config', 'target'],
      problem: 'encodes to codes, which cannot be diffused',
      expected: 'VQModelInterface (ldm.models.autoencoder.VQModelInterface), or another first stage',
      remedy: 'write VQModelInterface: its parameters and weights are the same',
    });
  }
  const { latentChannels } = firstStage ?? {};
  if (latentChannels !== undefined && latentChannels !== params.channels) {
    problems.push({
      path: ['channels'],
      problem: 'is not the number of channels of the latent images',
      found: String(params.channels),
      expected: `${latentChannels}, embed_dim of the first stage`,
    });
  }
  if (params.scale_by_std !== false && params.scale_factor !== 1) {
    problems.push({
      path: ['scale_factor'],
      problem: 'is given, and scale_by_std has it measured',
      found: String(params.scale_factor),
      expected: '1 with scale_by_std: true',
      remedy: 'remove one of the two',
    });
  }
  return problems;
}

/** What a configuration says about a conditioner that it has not, or that is not its own. */
function checkStages(params: LatentDiffusionParams, conditioning: ConditioningTraits | undefined): ParamProblem[] {
  const { makes } = conditioning ?? {};
  const problems: ParamProblem[] = [];
  if (params.cond_stage_trainable && (makes === 'nothing' || makes === 'first-stage')) {
    problems.push({
      path: ['cond_stage_trainable'],
      problem: makes === 'nothing' ? 'there is no conditioner to train' : 'the first stage is not trained',
      found: 'true',
      expected: `false with ${makes === 'nothing' ? '__is_unconditional__' : '__is_first_stage__'}`,
    });
  }
  if (params.conditioning_key !== null && makes === 'nothing') {
    problems.push({
      path: ['conditioning_key'],
      problem: 'there is no condition that could enter the network',
      found: params.conditioning_key,
      expected: 'none with cond_stage_config: __is_unconditional__',
      remedy: 'remove conditioning_key, or name a conditioner in cond_stage_config',
    });
  }
  return problems;
}

function checkConditionTimesteps(params: LatentDiffusionParams, conditioningKey: ConditioningKey): ParamProblem[] {
  const { num_timesteps_cond: count } = params;
  const timesteps = timestepsOf(params);
  if (count === null || count === 1) return [];
  if (count > timesteps) {
    return [
      {
        path: ['num_timesteps_cond'],
        problem: 'is more than there are timesteps',
        found: String(count),
        expected: `at most ${timesteps}`,
      },
    ];
  }
  if (conditioningKey !== 'adm' && conditioningKey !== 'hybrid') return [];
  return [
    {
      path: ['num_timesteps_cond'],
      problem: `the condition of conditioning_key ${conditioningKey} cannot be noised`,
      found: String(count),
      expected: '1, or conditioning_key: concat or crossattn',
    },
  ];
}

/** Whether a conditioner makes what the conditioning key takes. */
function checkCondition(key: ConditioningKey, conditioning: ConditioningTraits | undefined): ParamProblem[] {
  const made = conditioning && MADE[conditioning.makes];
  if (key === null || !made || made.keys.includes(key)) return [];
  return [
    {
      path: ['cond_stage_config'],
      problem: `makes no condition for conditioning_key ${key}`,
      found: made.what,
      expected: TAKEN[key],
      ...(made.keys.length > 0 && { remedy: `add conditioning_key: ${made.keys.join(' or ')}` }),
    },
  ];
}

/** What conditioners make in words, and the keys that take it; of what they are given nothing is known. */
const MADE: Partial<Record<ConditioningTraits['makes'], { what: string; keys: readonly ConditioningKey[] }>> = {
  context: { what: 'a sequence of vectors', keys: ['crossattn'] },
  image: { what: 'an image', keys: ['concat'] },
  'first-stage': { what: 'a latent image', keys: ['concat'] },
};

const TAKEN: Readonly<Record<NonNullable<ConditioningKey>, string>> = {
  concat: 'an image, to join to the noisy one',
  crossattn: 'a sequence of vectors, to attend to',
  hybrid: 'both an image and a sequence of vectors',
  adm: 'class labels as they are, by torch.nn.Identity',
};

function inChannelsOf(
  key: ConditioningKey,
  channels: number,
  conditioning: ConditioningTraits | undefined,
): InChannels {
  if (key !== 'concat' && key !== 'hybrid') return { count: channels, why: 'channels of the latent images' };
  const why = 'channels of the latent images and of the condition';
  const { makes, channels: own } = conditioning ?? {};
  if (makes === 'image' && own !== undefined) return { count: channels + own, why };
  // The published inpainting joins the mask, too: to the latent condition 1 channel comes from the data.
  if (makes === 'first-stage') return { count: 2 * channels, atLeast: true, why };
  return { count: channels + 1, atLeast: true, why };
}

function checkContext(
  { contextDim }: NetworkTraits,
  key: ConditioningKey,
  conditioning: ConditioningTraits | undefined,
): ParamProblem[] {
  const { makes, channels } = conditioning ?? {};
  if (key !== 'crossattn' || makes !== 'context' || contextDim === undefined) return [];
  if (channels === undefined || channels === contextDim) return [];
  return [
    {
      path: ['unet_config', 'params', 'context_dim'],
      problem: 'is not the number of channels that the conditioner makes',
      found: String(contextDim),
      expected: String(channels),
    },
  ];
}
