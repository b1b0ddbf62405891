import { ConfigError, type Problem } from '../errors.js';
import { typeName } from './found.js';
import { isInterpolated } from './interpolation.js';
import { isMandatory } from './mandatory.js';
import { referredContainer } from './resolve.js';
import { describeOrigin, formatPath, maxValues } from './tree.js';
import type { ConfigNode, MapEntry, MapNode, Path } from './tree.js';

/** What one merge copies at most: several times what a config may hold. */
const maxCopies = 4 * maxValues;

/**
 * Merges `over` into `base` as OmegaConf does: maps key by key to any depth, lists and scalars replaced as a whole; `???`
 * replaces nothing. What is merged into text that refers to a map (`${a.b}`) is merged into a copy of that map, as it is
 * at this point. Keys keep the order and the place where they first appeared; values take the place of the one that won.
 * Throws a ConfigError with every list that meets a map.
 *
 * @param within - the config that holds `base`, and where, for what text in it refers to; by default `base` is all of it
 */
export function mergeMaps(
  base: MapNode,
  over: MapNode,
  within?: { readonly root: MapNode; readonly path: Path },
): MapNode {
  const copy: OpenMap = { ...base, entries: new Map(base.entries) };
  new Merge(within?.root ?? copy).mergeInto(copy, over, within?.path ?? []);
  return copy;
}

/** A map that is being made by a merge, and that nothing else refers to yet. */
interface OpenMap extends MapNode {
  readonly entries: Map<string, MapEntry>;
}

class Merge {
  readonly #root: MapNode;
  readonly #problems: Problem[] = [];
  #copies = 0;

  constructor(root: MapNode) {
    this.#root = root;
  }

  mergeInto(target: OpenMap, over: MapNode, path: Path): void {
    this.#mergeEntries(target, over, path);
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  #mergeEntries(target: OpenMap, over: MapNode, path: Path): void {
    for (const [key, entry] of over.entries) {
      const before = target.entries.get(key);
      if (!before) {
        target.entries.set(key, entry);
        continue;
      }
      const base = this.#followed(before.value, [...path, key]);
      if (base.kind === 'map' && entry.value.kind === 'map') {
        const copy = this.#copy(base, entry.value, [...path, key]);
        // Put in its place first: a reference further in may lead to what is merged here.
        target.entries.set(key, { ...before, value: copy });
        this.#mergeEntries(copy, entry.value, [...path, key]);
      } else {
        target.entries.set(key, { ...before, value: this.#replace(base, entry.value, [...path, key]) });
      }
    }
  }

  /** The map or list that text refers to, in place of the text. */
  #followed(node: ConfigNode, path: Path): ConfigNode {
    const isReference = node.kind === 'scalar' && typeof node.value === 'string' && isInterpolated(node.value);
    return (isReference ? referredContainer(this.#root, path) : undefined) ?? node;
  }

  #replace(base: ConfigNode, over: ConfigNode, path: Path): ConfigNode {
    if (isMandatory(over)) return base;
    const problem = mixedKinds(base, over);
    if (problem) this.#problems.push({ path: formatPath(path), ...problem });
    return over;
  }

  #copy(base: MapNode, over: MapNode, path: Path): OpenMap {
    this.#copies += base.entries.size;
    if (this.#copies > maxCopies) {
      const problem = `merging makes more than ${maxCopies.toLocaleString('en')} copies of values`;
      throw new ConfigError({ where: over.origin && describeOrigin(over.origin), path: formatPath(path), problem });
    }
    return { ...base, entries: new Map(base.entries) };
  }
}

/** What is wrong with a map over a list, or a list over a map; undefined where one value can replace the other. */
export function mixedKinds(base: ConfigNode, over: ConfigNode): Omit<Problem, 'path'> | undefined {
  if (base.kind === 'scalar' || over.kind === 'scalar' || base.kind === over.kind) return undefined;
  return {
    where: over.origin && describeOrigin(over.origin),
    problem: `a ${typeName(over)} cannot be merged into a ${typeName(base)}`,
    expected: `a ${typeName(base)}${base.origin ? `, as at ${describeOrigin(base.origin)}` : ''}`,
    remedy: 'to replace all of it, set it to null before',
  };
}
