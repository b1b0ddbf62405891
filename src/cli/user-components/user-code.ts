import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { displayPath } from '../../config/index.js';

/** The files of the user's code that were loaded. */
const files = new Set<string>();

/** Remembers files as the user's code. */
export function addUserCode(paths: readonly string[]): void {
  for (const path of paths) files.add(path);
}

/** The place in the user's code that is nearest to where an error was thrown, `file:line:column`, if it went through any. */
export function placeInUserCode(error: unknown): string | undefined {
  if (files.size === 0 || !(error instanceof Error)) return undefined;
  for (const [, address = '', place = ''] of (error.stack ?? '').matchAll(
    /\(?((?:file:\/\/)?\/[^()\n]*?)(:\d+:\d+)\)?$/gm,
  )) {
    const path = address.startsWith('file:') ? fileURLToPath(address) : resolve(address);
    if (files.has(path)) return displayPath(path) + place;
  }
  return undefined;
}
