import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestNames, type Problem } from '../errors.js';
import type { NeededFile } from './component.js';
import { ProblemCollector } from './places.js';
import { formatPath, type ConfigNode, type ConfigTree, type Path, type ScalarNode } from './tree.js';

/** A file or folder that a config names and that is not there. */
export interface MissingFile extends Problem {
  /** Whether only a run that starts anew needs it. */
  readonly initial: boolean;
}

/** A needed file with the whole path of the value that names it. */
export interface PlacedNeed extends NeededFile {
  readonly path: Path;
}

/**
 * Those that cannot be found, in the order a reader of the config meets them; what several values name is missing once, at
 * the first of them.
 */
export function missingFiles(needs: readonly PlacedNeed[], tree: ConfigTree | undefined): MissingFile[] {
  const places = new ProblemCollector(tree);
  const initial = new Map<string, boolean>();
  /** What a value says that only refers to another is that one's. */
  const said = new Set<object>();
  const absent: PlacedNeed[] = [];
  for (const need of needs) {
    const unresolved = missingAt(places.node(need.path));
    if (unresolved) {
      places.atValue(need.path, unresolved);
      // Needed by a run that goes on, too: what is kept of its config has to be a path.
      said.add(unresolved);
    } else if (!statSync(need.file, { throwIfNoEntry: false })) {
      absent.push(need);
    }
  }
  for (const file of new Set(absent.map((need) => need.file))) {
    const [first, ...others] = absent.filter((need) => need.file === file);
    if (!first) continue;
    const { path, what, remedy } = first;
    const also = others.map((other) => formatPath(other.path)).join(' and ');
    const nearest = nearestFiles(file);
    places.atValue(path, {
      problem: `${file} is not there${also === '' ? '' : `, and ${also} needs it, too`}`,
      expected: what,
      ...(nearest.length > 0 && { nearest }),
      ...(remedy !== undefined && { remedy }),
    });
    // Needed for more than a beginning by one of them, it is needed.
    initial.set(
      formatPath(path),
      [first, ...others].every(({ initial: only = false }) => only),
    );
  }
  for (const [path, problem] of tree ? unresolvedIn(tree.root) : []) {
    if (!said.has(problem)) places.atValue(path, problem);
    said.add(problem);
  }
  return places.sorted().map((problem) => ({ ...problem, initial: initial.get(problem.path ?? '') ?? false }));
}

/** Every value that is to name a file which its resolver did not find. */
function unresolvedIn(node: ConfigNode, path: Path = []): [path: Path, problem: NonNullable<ScalarNode['missing']>][] {
  if (node.kind === 'list') return node.items.flatMap((item, i) => unresolvedIn(item, [...path, i]));
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([key, { value }]) => unresolvedIn(value, [...path, key]));
  }
  return node.missing ? [[path, node.missing]] : [];
}

function missingAt(node: ConfigNode | undefined): ScalarNode['missing'] {
  return node?.kind === 'scalar' ? node.missing : undefined;
}

/** What lies beside it under a similar name. */
function nearestFiles(file: string): string[] {
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return nearestNames(basename(file), readdirSync(folder)).map((name) => join(folder, name));
}
