import { existsSync } from 'node:fs';
import { CLIP_VERSIONS } from './clip-sizes.js';

export interface ClipWeights {
  /** A published version, or as in `clip.load` the path of a file, from whose weights the sizes follow. */
  readonly version: string;
  /** The file of a published version's weights; null for `models/clip/<version>` with `.safetensors` or `.pt`. */
  readonly path: string | null;
}

/** Where the weights lie, or would. */
export interface ClipFile {
  /** The first of `choices` that is there, else the first. */
  readonly file: string;
  readonly choices: readonly string[];
  readonly isThere: boolean;
  /** How to get it. */
  readonly remedy: string;
}

const PAGES: ReadonlyMap<string, string> = new Map([
  ['ViT-B/32', 'https://huggingface.co/openai/clip-vit-base-patch32/tree/main'],
  ['ViT-B/16', 'https://huggingface.co/openai/clip-vit-base-patch16/tree/main'],
  ['ViT-L/14', 'https://huggingface.co/openai/clip-vit-large-patch14/tree/main'],
]);

export function clipFile({ version, path }: ClipWeights): ClipFile {
  const stem = `models/clip/${version.replace('/', '-')}`;
  const named = CLIP_VERSIONS.has(version) ? path : version;
  const choices = named === null ? [`${stem}.safetensors`, `${stem}.pt`] : [named];
  const [first = stem] = choices;
  const found = choices.find((file) => existsSync(file));
  return {
    file: found ?? first,
    choices,
    isThere: found !== undefined,
    remedy:
      `fetch model.safetensors from ${PAGES.get(version) ?? 'https://huggingface.co/openai'} and save it as ${first}, ` +
      'or set the parameter path to where it lies',
  };
}
