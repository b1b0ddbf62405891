import type { Problem } from '../errors.js';
import { codeFrame } from './code-frame.js';
import { childOf, describeOrigin, formatPath, nodeAt } from './tree.js';
import type { ConfigNode, ConfigTree, Origin, Path } from './tree.js';

/** Collects the problems of one config with their places, to report them all, in the order a reader meets them. */
export class ProblemCollector {
  readonly #found: { readonly problem: Problem; readonly origin?: Origin }[] = [];
  readonly #root: ConfigNode | undefined;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #rank: ReadonlyMap<string, number>;

  constructor(tree: ConfigTree | undefined) {
    this.#root = tree?.root;
    this.#texts = tree?.texts ?? new Map();
    this.#rank = new Map(tree?.sources.map((source, i) => [source, i]));
  }

  get count(): number {
    return this.#found.length;
  }

  /** The value at a path as it was written; undefined for one that a default filled in. */
  node(path: Path): ConfigNode | undefined {
    return this.#root && nodeAt(this.#root, path);
  }

  /** Whether something was said of this value, or of the absence of one, already. */
  has(path: Path): boolean {
    return this.#found.some(({ problem }) => problem.path === formatPath(path));
  }

  /** A wrong value: reported where the value stands; a default, where the map stands that it is filled into. */
  atValue(path: Path, problem: Omit<Problem, 'where' | 'path'>): void {
    let written = path;
    while (written.length > 0 && !this.node(written)) written = written.slice(0, -1);
    const isDefault = written.length < path.length;
    this.#add(path, (isDefault ? this.#keyOrigin(written) : undefined) ?? this.#valueOrigin(written), problem);
  }

  /** A wrong key: reported where the key stands. */
  atKey(path: Path, problem: Omit<Problem, 'where' | 'path'>): void {
    this.#add(path, this.#keyOrigin(path) ?? this.#valueOrigin(path), problem);
  }

  /** Something missing: reported where the map stands that lacks it. */
  missing(path: Path, problem: Omit<Problem, 'where' | 'path'>): void {
    const map = path.slice(0, -1);
    this.#add(path, this.#keyOrigin(map) ?? this.#valueOrigin(map), problem);
  }

  sorted(): Problem[] {
    const rank = (origin?: Origin) => (origin ? (this.#rank.get(origin.source) ?? Infinity) : -1);
    return this.#found
      .toSorted(
        ({ origin: a }, { origin: b }) =>
          compare(rank(a), rank(b)) || compare(a?.line, b?.line) || compare(a?.column, b?.column),
      )
      .map(({ problem }) => problem);
  }

  #add(path: Path, origin: Origin | undefined, problem: Omit<Problem, 'where' | 'path'>): void {
    const where = origin && describeOrigin(origin);
    const frame = this.#frame(origin);
    this.#found.push({
      origin,
      problem: { where, path: path.length > 0 ? formatPath(path) : undefined, ...problem, ...(frame && { frame }) },
    });
  }

  #frame(origin: Origin | undefined): string | undefined {
    const text = origin && this.#texts.get(origin.source);
    if (text === undefined || origin?.line === undefined || origin.column === undefined) return undefined;
    return codeFrame(text, origin.line, origin.column);
  }

  #keyOrigin(path: Path): Origin | undefined {
    const parent = path.length > 0 ? this.node(path.slice(0, -1)) : undefined;
    return parent?.kind === 'map' ? parent.entries.get(String(path.at(-1)))?.keyOrigin : undefined;
  }

  /** The origin of the value, or of the nearest value around it that was written at all. */
  #valueOrigin(path: Path): Origin | undefined {
    let node = this.#root;
    let origin = node?.origin;
    for (const step of path) {
      node = node && childOf(node, step);
      origin = node?.origin ?? origin;
    }
    return origin;
  }
}

function compare(a = 0, b = 0): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
