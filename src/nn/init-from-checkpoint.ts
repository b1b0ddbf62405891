import { FileError, listNames } from '../errors.js';
import { findCheckpoint } from '../io/find-checkpoint.js';
import { found, type TensorInfo, type TensorSource } from '../io/tensor-source.js';
import { openWeights } from '../io/weights-file.js';
import type { InitialWeights, LoadReport, Module } from './module.js';

/** What was loaded from a file that a configuration names, and what was not. */
export interface InitReport extends LoadReport {
  readonly path: string;
  /** How many weights and buffers have their value from the file. */
  readonly loaded: number;
  /** How many weights of the file `ignore_keys` leaves out. */
  readonly ignored: number;
}

/** Names of a list shown at most; the report has them all. */
const MOST_NAMES = 20;

/**
 * Loads what was learned elsewhere into a module and its parts, those of the parts first: what they cannot begin without,
 * and the files that the configuration names.
 */
export function initFromCheckpoints(module: Module): InitReport[] {
  // A part that the module has twice, such as a first stage that makes conditions too, is loaded once.
  return [...new Set(module.descendants())].flatMap((part) => {
    part.loadPretrained?.();
    const weights = part.initialWeights();
    return weights ? [initFromCheckpoint(weights.into ?? part, weights)] : [];
  });
}

/**
 * Gives a module the weights of a file as far as their names agree, as the published `init_from_ckpt` does
 * (latent-diffusion, ldm/models/diffusion/ddpm.py): names that begin with one of `ignoreKeys` are dropped, the load is
 * not strict, and the report says what was left out on either side.
 *
 * @throws FileError where the file is missing, damaged, or has not one name in common with the module; UserError naming
 * both shapes of every weight whose shapes differ. Nothing is loaded then, but what was read before damage was found.
 */
export function initFromCheckpoint(module: Module, weights: Omit<InitialWeights, 'into'>): InitReport {
  const { ignoreKeys = [], computed = [] } = weights;
  const path = findCheckpoint(weights.path);
  const file = openWeights(path);
  try {
    const kept = [...file.tensors.keys()].filter((name) => !ignoreKeys.some((key) => name.startsWith(key)));
    const source = renamed(file, ownNames(kept, weights.prefix), computed);
    const own = [...module.namedParameters()].map(([name]) => name);
    const loaded = own.filter((name) => source.tensors.has(name)).length;
    if (loaded === 0) throw nothingInCommon(path, own, [...file.tensors.keys()]);
    const { missing, unexpected } = module.loadStateDict(source, { strict: false, source: path });
    return {
      path,
      loaded,
      ignored: file.tensors.size - kept.length,
      missing: missing.filter((name) => !computed.includes(name)),
      unexpected,
    };
  } finally {
    file.close();
  }
}

/** What a reader of the log wants to know of a load: counts first, then names. */
export function describeInit({ path, loaded, ignored, missing, unexpected }: InitReport): string {
  const list = (names: readonly string[], what: string): string =>
    `${names.length} ${what}${names.length > 0 ? `: ${listNames(names, MOST_NAMES)}` : ''}`;
  const dropped = ignored > 0 ? ` (${ignored} ignored)` : '';
  return [
    `${path}: ${loaded} weights loaded${dropped}`,
    `  ${list(missing, 'missing')}`,
    `  ${list(unexpected, 'unexpected')}`,
  ].join('\n');
}

/** The module's names of the file's weights: those below the prefix without it, where there are such. */
function ownNames(names: readonly string[], prefix: string | undefined): Map<string, string> {
  const below = prefix === undefined ? [] : names.filter((name) => name.startsWith(prefix));
  if (prefix === undefined || below.length === 0) return new Map(names.map((name) => [name, name]));
  return new Map(below.map((name) => [name.slice(prefix.length), name]));
}

/** The source's tensors under other names, given with the source's own, less those that are computed. */
function renamed(source: TensorSource, names: ReadonlyMap<string, string>, computed: readonly string[]): TensorSource {
  const taken = [...names].filter(([name]) => !computed.includes(name));
  return {
    tensors: new Map<string, TensorInfo>(taken.map(([name, from]) => [name, found(source.tensors, from)])),
    read: (name) => source.read(found(names, name)),
  };
}

function nothingInCommon(path: string, own: readonly string[], names: readonly string[]): FileError {
  return new FileError({
    where: path,
    problem: 'has no weight that goes by a name of this model',
    found: listNames(names) || 'no weights',
    expected: listNames(own),
    remedy: 'check ckpt_path and ignore_keys; a file of one part can be named as that part’s own ckpt_path',
  });
}
