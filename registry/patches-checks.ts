import type { ParamProblem } from '../src/config/index.js';
import type { LatentDiffusionParams } from '../src/diffusion/latent-diffusion.params.js';
import type { FirstStageTraits, PatchesTraits } from './traits.js';

/** What only the first patch would tell: whether patches reach all of an image, and become what is to be put together. */
export function checkPatches(
  params: LatentDiffusionParams,
  patches: PatchesTraits,
  firstStage: FirstStageTraits | undefined,
): ParamProblem[] {
  const { vqf } = patches;
  const problems = checkCover(patches, params.image_size, 'the latent image');
  const { downsampling } = firstStage ?? {};
  if (vqf !== undefined && downsampling !== undefined && vqf !== downsampling) {
    problems.push({
      path: ['split_input_config', 'params', 'vqf'],
      problem: 'is not what the first stage makes images smaller by',
      found: String(vqf),
      expected: String(downsampling),
      remedy: `write vqf: ${downsampling}`,
    });
  } else if (vqf !== undefined) problems.push(...checkCover(patches, params.image_size * vqf, 'the image'));
  return problems;
}

function checkCover({ ks, stride }: PatchesTraits, size: number, what: string): ParamProblem[] {
  const isCovered = stride.every((step, i) => (size - Math.min(ks[i] ?? size, size)) % Math.min(step, size) === 0);
  if (isCovered) return [];
  return [
    {
      path: ['split_input_config', 'params', 'stride'],
      problem: `patches do not reach all of ${what}`,
      found: `patches of ${ks.join(' x ')} pixels, one every ${stride.join(' x ')}, on ${size} pixels`,
      expected: 'that the last patch ends where the image does',
    },
  ];
}
