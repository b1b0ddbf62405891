import { accessSync, constants, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { fileProblem } from './file-problems.js';

/**
 * Sees, before the work is done whose outcome goes there, whether a file that the user named can be written.
 * @throws FileError where its folder is not there or takes no files, or where it is a folder itself
 */
export function requireWritable(path: string): void {
  try {
    // The separator makes a file in the folder's place show.
    accessSync(dirname(path) + sep, constants.W_OK);
  } catch (cause) {
    throw fileProblem(path, 'write', cause);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw fileProblem(path, 'write', Object.assign(new Error('is a directory'), { code: 'EISDIR' }));
  }
}
