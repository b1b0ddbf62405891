import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { splitInputParams, type SplitInputParams } from '../src/diffusion/patches/split-input.params.js';
import { traits } from './traits.js';

/** Where patches leave gaps, or what is clipped has no range. */
function checkSplitInput(params: SplitInputParams): ParamProblem[] {
  const problems: ParamProblem[] = [];
  params.stride.forEach((stride, i) => {
    const size = params.ks[i] ?? NaN;
    if (stride <= size) return;
    problems.push({
      path: ['stride', i],
      problem: 'is larger than the patch, so that there are gaps',
      found: String(stride),
      expected: `at most ${size}`,
    });
  });
  for (const kind of ['weight', 'tie_weight'] as const) {
    const [least, most] = [params[`clip_min_${kind}`], params[`clip_max_${kind}`]];
    if (least <= most) continue;
    problems.push({
      path: [`clip_min_${kind}`],
      problem: `is more than clip_max_${kind}`,
      found: String(least),
      expected: `at most ${most}`,
    });
  }
  return problems;
}

export const patches = [
  defineComponent({
    target: 'SplitInput',
    kind: 'patches',
    summary: 'Computes images patch by patch and blends the results, weighed by the distance to the border of each.',
    source: 'latent-diffusion, the attribute split_input_params of LatentDiffusion',
    params: splitInputParams,
    check: checkSplitInput,
    traits: ({ ks, stride, vqf, patch_distributed_vq: isDistributed }) =>
      traits({ patches: { ks, stride, ...(isDistributed && { vqf }) } }),
    load: async () => {
      const { SplitInput } = await import('../src/diffusion/patches/split-input.js');
      return (params) => new SplitInput(params);
    },
  }),
];
