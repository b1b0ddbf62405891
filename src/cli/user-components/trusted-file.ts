import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { displayPath, type ConfigTree, type TargetProblem } from '../../config/index.js';
import { nearestNames } from '../../errors.js';
import { runFolder } from '../../io/run-folder.js';

/** Where a component was named: what its path is relative to, and the folders whose code may be run for it. */
export interface Surroundings {
  readonly folder: string;
  readonly trusted: readonly string[];
}

/** On the command line: paths are relative to the working folder, and only code in it is run. */
export function commandLineSurroundings(): Surroundings {
  return { folder: process.cwd(), trusted: [process.cwd()] };
}

/**
 * The surroundings of what one config, or one override, says. A config that the user names may use the code that lies
 * beside it; one that a checkpoint or a run folder brings along, which may come from anywhere, only what lies in the
 * working folder.
 *
 * @param embedded the names of the configs that are no files
 */
export function surroundingsOf(source: string, tree: ConfigTree, embedded: readonly string[]): Surroundings {
  if (!tree.texts.has(source) || embedded.includes(source)) return commandLineSurroundings();
  const folder = dirname(resolve(source));
  const isKept = basename(folder) === 'configs' && existsSync(runFolder(dirname(folder)).record);
  return { folder, trusted: isKept ? [process.cwd()] : [process.cwd(), folder] };
}

/**
 * What forbids to run the code of a file, if anything does: that it is not there, or not in the user's own tree. Links
 * are followed first.
 *
 * @param text how a config names it
 */
export function distrust(file: string, text: string, { trusted }: Surroundings): TargetProblem | undefined {
  const found = displayPath(file);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return missing(file, text);
  if (!stats.isFile()) return { problem: 'this is a folder', found, expected: 'a file of TypeScript or JavaScript' };
  const real = realpathSync(file);
  if (real.split(sep).includes('node_modules')) {
    return {
      problem: 'code in node_modules is not run for a config',
      found: shown(file, real),
      remedy: 'export the component from a file of your own that imports the package',
    };
  }
  if (trusted.some((folder) => isInside(real, realpathSync(folder)))) return undefined;
  return {
    problem: 'code outside your own folders is not run',
    found: shown(file, real),
    expected: `a file in ${[...new Set(trusted)].join(' or in ')}`,
    remedy: `if it is yours, run the command in a folder that holds it, such as ${dirname(real)}`,
  };
}

function missing(file: string, text: string): TargetProblem {
  const folder = dirname(file);
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const siblings = isThere ? readdirSync(folder).filter((name) => /(?<!\.d)\.[cm]?[jt]s$/.test(name)) : [];
  const stem = (name: string): string => basename(name, extname(name));
  const sameStem = siblings.filter((name) => stem(name) === stem(file));
  const nearest = sameStem.length > 0 ? sameStem : nearestNames(basename(file), siblings);
  return {
    problem: 'no such file',
    found: displayPath(file),
    nearest: nearest.map((name) => text.replace(/[^/]*?(?=#[^#]*$|$)/, () => name)),
    ...(!isThere && { expected: `a file in ${displayPath(folder)}, which is no folder` }),
  };
}

function shown(file: string, real: string): string {
  return real === resolve(file) ? displayPath(file) : `${displayPath(file)}, a link to ${real}`;
}

function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
