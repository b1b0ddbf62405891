import type { NeededFile } from '../src/config/index.js';

const WHAT = 'a file of weights (.ckpt, .pt, .safetensors)';
const REMEDY = 'set it to the file of a trained model or to a run folder, or remove it';

/** What a component reads that begins with the weights of `ckpt_path`. */
export function initialWeightsNeeded<P extends { readonly ckpt_path: string | null }>(
  remedyOf: (params: P) => string | undefined = () => undefined,
): (params: P) => NeededFile[] {
  return (params) => {
    const { ckpt_path: file } = params;
    if (file === null) return [];
    return [{ path: ['ckpt_path'], file, what: WHAT, remedy: remedyOf(params) ?? REMEDY, initial: true }];
  };
}
