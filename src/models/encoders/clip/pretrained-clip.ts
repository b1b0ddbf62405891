import { existsSync } from 'node:fs';
import { FileError } from '../../../errors.js';
import { Module, type WeightsReader } from '../../../nn/index.js';
import type { RandomStreams } from '../../../random/index.js';
import { clipFile, type ClipWeights } from './clip-files.js';
import { ClipModel } from './clip-model.js';
import { CLIP_VERSIONS, sizesOf, type ClipSizes } from './clip-sizes.js';
import { openaiNames } from './weight-names.js';

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

function weightsFile(weights: ClipWeights): string {
  const { file, choices, isThere, remedy } = clipFile(weights);
  if (isThere || !CLIP_VERSIONS.has(weights.version)) return file;
  throw new FileError({
    where: file,
    problem: `the weights of CLIP ${weights.version} are missing`,
    expected: choices.join(', or '),
    remedy,
  });
}
