import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileError, UserError, type Problem } from '../errors.js';
import type { StateDict, WeightsReader } from '../nn/index.js';
import type { LPIPS } from './lpips.js';
import { Vgg16Features } from './vgg16-features.js';

/** Where the two halves of LPIPS lie. */
export interface LpipsFiles {
  /** torchvision's VGG16. */
  readonly vgg16: string;
  /** LPIPS's own linear heads for it, version 0.1. */
  readonly linear: string;
}

/** What to fetch for each half, under which name. */
const published = {
  vgg16: {
    name: 'vgg16-397923af.pth',
    what: "torchvision's VGG16 (ImageNet), 553,433,881 bytes, SHA-256 beginning with 397923af",
    url: 'https://download.pytorch.org/models/vgg16-397923af.pth',
  },
  linear: {
    name: 'vgg.pth',
    what: "LPIPS's linear heads for VGG16, version 0.1, about 7 kB, MD5 d507d7349b931f0638a25a48a722f98a",
    url: 'https://github.com/richzhang/PerceptualSimilarity/raw/master/lpips/weights/v0.1/vgg.pth',
  },
} as const;

const HALVES = ['vgg16', 'linear'] as const;

/** The two files under their published names in a folder. */
export function lpipsFilesIn(folder: string): LpipsFiles {
  return { vgg16: join(folder, published.vgg16.name), linear: join(folder, published.linear.name) };
}

/** What is missing, with the commands that fetch it: nothing is downloaded at run time. */
export function missingLpipsFiles(files: LpipsFiles): Problem[] {
  return HALVES.filter((half) => !existsSync(files[half])).map((half) => {
    const { what, url } = published[half];
    const path = files[half];
    return {
      where: path,
      problem: 'pretrained weights of the perceptual loss (LPIPS) are missing',
      expected: what,
      remedy: `mkdir -p '${dirname(path)}' && curl -L -o '${path}' ${url}`,
    };
  });
}

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
  lpips.loadStateDict(state, { buffersOptional: true, source: HALVES.map((half) => files[half]).join(' and ') });
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
