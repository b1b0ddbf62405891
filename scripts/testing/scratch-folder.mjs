import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A folder for the files of a suite of tests: inside the checkout, so that these find uvu; gone after the suite. */
export function scratchFolder(suite, root) {
  mkdirSync(join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(join(root, 'build', 'test-'));
  suite.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
