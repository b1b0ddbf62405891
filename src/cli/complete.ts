import type { CAC } from 'cac';
import { suggest } from './completion/suggest.js';

/**
 * `ldm complete -- WORDS…`, which the scripts of `ldm completion` call: prints what the last word may be completed to, one
 * a line, a description behind a tab. Returns the exit code.
 */
export function complete(cli: CAC, words: readonly string[]): number {
  for (const { value, description } of suggest(cli, words)) {
    // A line break in a name would make two of it.
    if (/[\n\r\t]/.test(value)) continue;
    console.log(description === undefined ? value : `${value}\t${description}`);
  }
  return 0;
}
