import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Suggestion } from './suggestion.js';

/** Files that fit, and folders, which end in `/`; hidden ones where the name begun is hidden. */
export function fileSuggestions(begun: string, fits: (name: string) => boolean = () => true): Suggestion[] {
  const folder = begun.slice(0, begun.lastIndexOf('/') + 1);
  const name = begun.slice(folder.length);
  const place = folder.replace(/^~\//, `${homedir()}/`) || '.';
  return namesIn(place)
    .filter((entry) => entry.startsWith(name) && (name.startsWith('.') || !entry.startsWith('.')))
    .flatMap((entry) => {
      const isFolder = statSync(join(place, entry), { throwIfNoEntry: false })?.isDirectory() ?? false;
      if (isFolder) return [{ value: `${folder}${entry}/` }];
      return fits(entry) ? [{ value: `${folder}${entry}` }] : [];
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // A folder that cannot be read has nothing to suggest; the command itself will say why.
    return [];
  }
}
