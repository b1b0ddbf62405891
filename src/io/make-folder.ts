import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from './file-problems.js';

/**
 * Creates a folder with the folders above it that are missing. Node's own `recursive` never returns in file systems that
 * hold folders but take none, such as /proc: it takes their ENOENT for a missing parent, again and again.
 *
 * @throws the system's error where one of them cannot be created
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !exists(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    try {
      mkdirSync(folder);
    } catch (cause) {
      // Another process may have been faster.
      if (errnoOf(cause) !== 'EEXIST') throw cause;
    }
  }
}

function exists(path: string): boolean {
  // A part of the path that is a file shows when a folder is created in it.
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
