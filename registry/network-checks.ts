import type { ParamProblem } from '../src/config/index.js';
import type { EncoderUNetModelParams } from '../src/models/unet/encoder-unet-model.params.js';
import { attentionBlockHeads, transformerHeads, type HeadParams } from '../src/models/unet/heads.js';
import type { UNetModelParams } from '../src/models/unet/unet-model.params.js';

/** What the published UNetModel asserts, or fails on, only when it is built or called. */
export function checkUNetModel(params: UNetModelParams): ParamProblem[] {
  const problems = [...checkFloat16(params), ...checkGroups(params), ...checkContext(params)];
  const [first = 1] = params.channel_mult;
  if (first !== 1) {
    problems.push({
      path: ['channel_mult', 0],
      problem: 'the last convolution takes model_channels, with which the first level therefore has to end',
      found: String(first),
      expected: '1',
      remedy: `multiply model_channels by ${first} and divide channel_mult by it`,
    });
  }
  return [...problems, ...(params.use_spatial_transformer ? checkTransformerHeads(params) : checkHeads(params))];
}

/** What the published EncoderUNetModel asserts, or fails on, only when it is built or called. */
export function checkEncoderUNetModel(params: EncoderUNetModelParams): ParamProblem[] {
  // The published class knows no other rule, and has no way up.
  const problems = [
    ...checkFloat16(params),
    ...checkGroups(params),
    ...checkHeads({ ...params, legacy: true, num_heads_upsample: -1 }),
  ];
  if (params.pool === 'attention' && params.num_head_channels === -1) {
    problems.push({
      path: ['num_head_channels'],
      problem: 'has to be set for attention pooling',
      found: '-1',
      remedy: 'add num_head_channels: 64, or another divisor of the channels of the last level',
    });
  }
  if (params.pool === 'spatial_v2' && 2048 % params.norm_num_groups !== 0) {
    problems.push({
      path: ['norm_num_groups'],
      problem: 'does not divide the 2048 channels that spatial_v2 pooling normalizes',
      found: String(params.norm_num_groups),
      expected: 'a power of two up to 2048',
    });
  }
  return problems;
}

type Levels = Pick<UNetModelParams, 'model_channels' | 'channel_mult' | 'attention_resolutions'>;

function checkFloat16({ use_fp16 }: { use_fp16: boolean }): ParamProblem[] {
  if (!use_fp16) return [];
  return [
    {
      path: ['use_fp16'],
      problem: 'float16 is not supported',
      found: 'true',
      expected: 'false',
      remedy: 'leave it out; lightning.trainer.precision: bf16-mixed computes in bfloat16',
    },
  ];
}

function checkGroups({ model_channels, norm_num_groups }: UNetModelParams | EncoderUNetModelParams): ParamProblem[] {
  if (model_channels % norm_num_groups === 0) return [];
  return [
    {
      path: ['model_channels'],
      problem: 'is not divisible by the groups of the group normalization',
      found: `${model_channels} channels in ${norm_num_groups} groups`,
      expected: `a multiple of ${norm_num_groups}`,
      remedy: `set norm_num_groups to a divisor of ${model_channels}, or change model_channels`,
    },
  ];
}

function checkContext({ use_spatial_transformer, context_dim, dims }: UNetModelParams): ParamProblem[] {
  const problems: ParamProblem[] = [];
  if (use_spatial_transformer && context_dim === null) {
    problems.push({
      path: ['context_dim'],
      problem: 'has to be set: use_spatial_transformer attends to a context of that many channels',
      remedy: 'add context_dim, the channels of what cond_stage_config returns',
    });
  }
  if (!use_spatial_transformer && context_dim !== null) {
    problems.push({
      path: ['context_dim'],
      problem: 'is of no use without use_spatial_transformer',
      found: JSON.stringify(context_dim),
      remedy: 'add use_spatial_transformer: true, or remove context_dim',
    });
  }
  if (use_spatial_transformer && dims === 1) {
    problems.push({
      path: ['use_spatial_transformer'],
      problem: 'spatial transformers are for images, not for sequences',
      found: 'dims: 1',
      expected: 'dims: 2',
    });
  }
  return problems;
}

/** Zero heads, or none given in either way: then no rule can be applied. */
function checkHeadsGiven({ num_heads, num_head_channels, num_heads_upsample }: HeadParams): ParamProblem[] {
  if (num_heads === -1 && num_head_channels === -1) {
    return [
      {
        path: ['num_heads'],
        problem: 'num_heads or num_head_channels has to be set',
        remedy: 'add num_heads: 1 or num_head_channels: 32',
      },
    ];
  }
  return Object.entries({ num_heads, num_head_channels, num_heads_upsample })
    .filter(([, value]) => value === 0)
    .map(([name]) => ({ path: [name], problem: 'cannot be zero', expected: 'an integer >= 1, or -1 for none' }));
}

function checkHeads(params: HeadParams & Levels): ParamProblem[] {
  const problems = checkHeadsGiven(params);
  if (problems.length > 0) return problems;
  for (const { level, channels, ways } of attentions(params)) {
    const wrong = ways.find((way) => {
      const heads = attentionBlockHeads(channels, params, way);
      return !Number.isInteger(heads) || channels % heads !== 0;
    });
    if (wrong === undefined) continue;
    const name = headParameter(params, wrong);
    problems.push({
      path: [name],
      problem: `does not divide the ${channels} channels of level ${level}, where there is attention`,
      found: String(params[name]),
      expected: `a divisor of ${channels}`,
    });
  }
  return problems;
}

function checkTransformerHeads(params: HeadParams & Levels): ParamProblem[] {
  const problems = checkHeadsGiven(params);
  if (problems.length > 0) return problems;
  for (const { level, channels } of attentions(params)) {
    const { numHeads, headChannels } = transformerHeads(channels, params);
    if (numHeads >= 1 && headChannels >= 1) continue;
    const name = headParameter(params, 'down');
    problems.push({
      path: [name],
      problem: `is more than the ${channels} channels of level ${level}, where there is attention`,
      found: String(params[name]),
      expected: `at most ${channels}`,
    });
  }
  return problems;
}

/** The parameter that the number of heads follows from. */
function headParameter(params: HeadParams, way: 'down' | 'up') {
  if (params.num_head_channels !== -1) return 'num_head_channels';
  return way === 'up' && params.legacy && params.num_heads_upsample !== -1 ? 'num_heads_upsample' : 'num_heads';
}

/** The levels that have attention, the last of which always has some in the middle block. */
export function attentions({ model_channels, channel_mult, attention_resolutions }: Levels) {
  return channel_mult.flatMap((multiple, level) => {
    const beside = attention_resolutions.includes(2 ** level);
    const ways: ('down' | 'up')[] = beside ? ['down', 'up'] : ['down'];
    const attends = beside || level === channel_mult.length - 1;
    return attends ? [{ level, channels: multiple * model_channels, ways }] : [];
  });
}
