import { existsSync } from 'node:fs';
import { FileError } from '../../../errors.js';
import { Module, type WeightsReader } from '../../../nn/index.js';
import type { RandomStreams } from '../../../random/index.js';
import { ClipModel } from './clip-model.js';
import { CLIP_VERSIONS, sizesOf, type ClipSizes } from './clip-sizes.js';
import { openaiNames } from './weight-names.js';

export interface ClipWeights {
  /** A published version, or as in `clip.load` the path of a file, from whose weights the sizes follow. */
  readonly version: string;
  /** The file of a published version's weights; null for `models/clip/<version>` with `.safetensors` or `.pt`. */
  readonly path: string | null;
}

const PAGES: ReadonlyMap<string, string> = new Map([
  ['ViT-B/32', 'https://huggingface.co/openai/clip-vit-base-patch32/tree/main'],
  ['ViT-B/16', 'https://huggingface.co/openai/clip-vit-base-patch16/tree/main'],
  ['ViT-L/14', 'https://huggingface.co/openai/clip-vit-large-patch14/tree/main'],
]);

/**
 * A module around a CLIP with published weights, under `model`. Like the published ones it has both towers, so that its
 * weights are theirs. They are read when the module is initialized, unless they were loaded before, e.g. from the
 * checkpoint of a whole diffusion model.
 */
export abstract class PretrainedClip extends Module {
  protected readonly model: ClipModel;
  readonly #weights: ClipWeights;
  readonly #readWeights: WeightsReader;

  /** @throws FileError when `version` is neither a published one nor a file, or the file has no CLIP */
  constructor(weights: ClipWeights, readWeights: WeightsReader) {
    super();
    this.#weights = weights;
    this.#readWeights = readWeights;
    this.model = this.child('model', new ClipModel(this.#sizes()));
  }

  /** @throws FileError when the weights' file is missing, saying what to fetch; UserError when it does not fit */
  override initialize(streams: RandomStreams, prefix = ''): this {
    if (![...this.namedParameters()].every(([, parameter]) => parameter.hasValue)) {
      const path = weightsFile(this.#weights);
      this.model.loadStateDict(openaiNames(this.#readWeights(path)), { source: path });
    }
    return super.initialize(streams, prefix);
  }

  #sizes(): ClipSizes {
    const { version } = this.#weights;
    const published = CLIP_VERSIONS.get(version);
    if (published) return published;
    if (existsSync(version)) return sizesOf(openaiNames(this.#readWeights(version)), version);
    throw new FileError({
      where: version,
      problem: 'is neither a version of CLIP nor a file of weights',
      expected: `${[...CLIP_VERSIONS.keys()].join(', ')}, or the path of a file`,
    });
  }
}

function weightsFile({ version, path }: ClipWeights): string {
  if (!CLIP_VERSIONS.has(version)) return version;
  const stem = `models/clip/${version.replace('/', '-')}`;
  const choices = path === null ? [`${stem}.safetensors`, `${stem}.pt`] : [path];
  const found = choices.find((file) => existsSync(file));
  if (found !== undefined) return found;
  const [first = stem] = choices;
  throw new FileError({
    where: first,
    problem: `the weights of CLIP ${version} are missing`,
    expected: choices.join(', or '),
    remedy:
      `fetch model.safetensors from ${PAGES.get(version) ?? 'https://huggingface.co/openai'} and save it as ${first}, ` +
      'or set the parameter path to where it lies',
  });
}
