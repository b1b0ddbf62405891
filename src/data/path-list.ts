import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError, listNames } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';

/**
 * Reads a text file with a path on each line; empty lines are left out.
 * @throws FileError where it cannot be read or names nothing
 */
export function readPathList(path: string): string[] {
  const paths = readLines(path).filter((line) => line !== '');
  if (paths.length > 0) return paths;
  throw new FileError({ where: path, problem: 'the list is empty', remedy: 'write a path on each line' });
}

/** The lines of a text file, without the spaces around them. @throws FileError where it cannot be read */
export function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim());
  } catch (cause) {
    throw fileProblem(path, 'read the list', cause);
  }
}

/**
 * Sees that all files of a list are there: a look into each folder rather than at each file, of which there may be a
 * million.
 * @param where what names them, for the message
 * @throws FileError that names the first of those that are not there
 */
export function requireFiles(where: string, root: string, paths: readonly string[]): void {
  const folders = new Map<string, ReadonlySet<string>>();
  const missing = paths.filter((path) => {
    const whole = join(root, path);
    const folder = dirname(whole);
    const names = folders.get(folder) ?? new Set(namesIn(folder));
    folders.set(folder, names);
    return !names.has(basename(whole));
  });
  if (missing.length === 0) return;
  throw new FileError({
    where,
    problem: `${missing.length} of the ${paths.length} files it names are not in ${root === '' ? 'their places' : root}`,
    found: listNames(missing, 3),
    remedy: 'put them there, or take them out of the list',
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
