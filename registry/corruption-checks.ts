import type { ParamProblem, TraitsOf } from '../src/config/index.js';
import type { CorruptionModelParams } from '../src/diffusion/corruption-model.params.js';
import { checkChannels, checkImageSize } from './diffusion-checks.js';
import { networkTraits } from './traits.js';

/** What CorruptionModel would fail on only when it is built or trained. */
export function checkCorruptionModel(
  params: CorruptionModelParams & { readonly unet_config?: unknown },
  traitsOf: TraitsOf,
): ParamProblem[] {
  const network = networkTraits(traitsOf, params.unet_config);
  if (!network) return [];
  const problems = [
    ...checkChannels(network, params, { count: params.channels, why: 'the channels of the images' }),
    ...checkImageSize(network, params),
  ];
  if (network.numClasses > 0 || network.contextDim !== undefined) {
    problems.push({
      path: ['unet_config'],
      problem: 'the network takes a condition, and this model has none',
      found: network.numClasses > 0 ? `${network.numClasses} classes` : `a context of ${network.contextDim} channels`,
      expected: 'a network of images alone',
    });
  }
  return problems;
}
