import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileProblem } from '../io/file-problems.js';

/** The length of each event file, by its path inside the folder. */
export type EventBytes = Readonly<Record<string, number>>;

/** The event files in a folder and those below it, by their paths inside it. No folder has none. */
export function eventFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.includes('.tfevents.')).sort();
}

/** What has been logged, for a checkpoint to keep: the run that goes on takes back what was logged after. */
export function eventBytesLogged(folder: string): EventBytes {
  return Object.fromEntries(
    eventFilesIn(folder).flatMap((name) => {
      const file = statSync(join(folder, name), { throwIfNoEntry: false });
      return file?.isFile() ? [[name, file.size]] : [];
    }),
  );
}

/**
 * Takes back what was logged after a checkpoint: a file is cut to the length that it had, which is the end of a record,
 * and one that came later is removed. Cut short in its middle and begun again, it comes to the same.
 * @param kept as {@link eventBytesLogged} had it at that time
 * @throws FileError where a file cannot be written
 */
export function cutEventFiles(folder: string, kept: EventBytes): void {
  for (const name of eventFilesIn(folder)) {
    const path = join(folder, name);
    const bytes = kept[name];
    try {
      if (bytes === undefined) rmSync(path);
      else if (statSync(path).size > bytes) truncateSync(path, bytes);
    } catch (cause) {
      throw fileProblem(path, 'take back what was logged since the checkpoint', cause);
    }
  }
}
