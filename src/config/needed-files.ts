import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestNames, type Problem } from '../errors.js';
import type { NeededFile } from './component.js';
import { ProblemCollector } from './places.js';
import { formatPath, type ConfigTree, type Path } from './tree.js';

/** A file or folder that a config names and that is not there. */
export interface MissingFile extends Problem {
  /** Whether only a run that starts anew needs it. */
  readonly initial: boolean;
}

/** A needed file with the whole path of the value that names it. */
export interface PlacedNeed extends NeededFile {
  readonly path: Path;
}

/** Those that cannot be found, in the order a reader of the config meets them. */
export function missingFiles(needs: readonly PlacedNeed[], tree: ConfigTree | undefined): MissingFile[] {
  const places = new ProblemCollector(tree);
  const initial = new Map<string, boolean>();
  for (const { path, file, what, remedy, initial: isInitial = false } of needs) {
    if (statSync(file, { throwIfNoEntry: false })) continue;
    const nearest = nearestFiles(file);
    places.atValue(path, {
      problem: `${file} is not there`,
      expected: what,
      ...(nearest.length > 0 && { nearest }),
      ...(remedy !== undefined && { remedy }),
    });
    initial.set(formatPath(path), isInitial);
  }
  return places.sorted().map((problem) => ({ ...problem, initial: initial.get(problem.path ?? '') ?? false }));
}

/** What lies beside it under a similar name. */
function nearestFiles(file: string): string[] {
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return nearestNames(basename(file), readdirSync(folder)).map((name) => join(folder, name));
}
