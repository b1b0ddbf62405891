import { relative } from 'node:path';

/** A path as the user would type it here. */
export function relativePath(path: string): string {
  return relative(process.cwd(), path) || '.';
}
