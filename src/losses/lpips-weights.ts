import { FileError, UserError } from '../errors.js';
import type { StateDict, WeightsReader } from '../nn/index.js';
import { LPIPS_HALVES, missingLpipsFiles, type LpipsFiles } from './lpips-files.js';
import type { LPIPS } from './lpips.js';
import { Vgg16Features } from './vgg16-features.js';

/**
 * Gives LPIPS its pretrained weights.
 * @throws FileError for files that are not there: names what to fetch and where to put it
 * @throws UserError for files that hold other weights
 */
export function loadPretrainedLpips(lpips: LPIPS, files: LpipsFiles, readWeights: WeightsReader): void {
  const missing = missingLpipsFiles(files);
  if (missing.length > 0) throw new FileError(missing);
  const state = new Map([
    ...lpipsFromVgg16(readWeights(files.vgg16), files.vgg16),
    ...lpipsFromLinearHeads(readWeights(files.linear), files.linear),
  ]);
  lpips.loadStateDict(state, { buffersOptional: true, source: LPIPS_HALVES.map((half) => files[half]).join(' and ') });
}

/**
 * The weights of torchvision's VGG16 (`features.0.weight` …) that LPIPS uses, under its names; the classifier's are left.
 * @throws UserError listing those that are missing
 */
export function lpipsFromVgg16(state: StateDict, source?: string): StateDict {
  const names = Vgg16Features.names.flatMap(([torchvision, own]) =>
    ['weight', 'bias'].map((kind) => [`${torchvision}.${kind}`, `net.${own}.${kind}`] as const),
  );
  return renamed(state, names, { source, what: "torchvision's VGG16" });
}

/**
 * LPIPS's own linear heads (`lin0.model.1.weight` …); anything else in the file is left.
 * @throws UserError listing those that are missing
 */
export function lpipsFromLinearHeads(state: StateDict, source?: string): StateDict {
  const names = Vgg16Features.channels.map((_, i) => `lin${i}.model.1.weight`);
  return renamed(
    state,
    names.map((name) => [name, name] as const),
    { source, what: 'the linear heads of LPIPS' },
  );
}

function renamed(
  state: StateDict,
  names: readonly (readonly [from: string, to: string])[],
  { source, what }: { source: string | undefined; what: string },
): StateDict {
  const missing = names.map(([from]) => from).filter((from) => !state.has(from));
  if (missing.length > 0) {
    throw new UserError({
      where: source,
      problem: `${missing.length} weights of ${what} are missing`,
      found: [...state.keys()].slice(0, 4).join(', ') || 'no weights at all',
      expected: missing.join(', '),
    });
  }
  return new Map(
    names.flatMap(([from, to]) => {
      const weight = state.get(from);
      return weight ? [[to, weight] as const] : [];
    }),
  );
}
