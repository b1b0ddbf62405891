import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../errors.js';
import { listCheckpoints } from './list-checkpoints.js';
import { RUN_CHECKPOINT_KEY, type KeptCheckpoints } from './run-checkpoint.js';
import { runFolder } from './run-folder.js';
import { readSafetensorsHeader } from './safetensors.js';

/** The checkpoint that a run judges best, and by what. */
export interface BestCheckpoint {
  readonly path: string;
  readonly monitor?: string;
  readonly score: number;
}

/** The callback whose checkpoints are the run's own; others keep some for purposes of theirs. */
const MAIN = 'modelcheckpoint';

/**
 * The best checkpoint of a run by the value that it monitors, as its newest checkpoint knows it; undefined where nothing is
 * monitored, or nothing is left of what was kept.
 */
export function bestCheckpoint(run: string): BestCheckpoint | undefined {
  const folder = runFolder(run).checkpoints;
  const [, kept] = firstSaid(listCheckpoints(run), keptOf);
  for (const { best, monitor, dirpath } of kept ?? []) {
    for (const { file, score } of best) {
      const path = placeOf(file, folder, dirpath);
      if (score !== null && path !== undefined) {
        return { path, score, ...(typeof monitor === 'string' && { monitor }) };
      }
    }
  }
  return undefined;
}

/** The newest checkpoint of a run that can be read; the newest at all where none can; undefined where there is none. */
export function lastCheckpoint(run: string): string | undefined {
  const checkpoints = listCheckpoints(run);
  const [path] = firstSaid(checkpoints, (metadata) => metadata[RUN_CHECKPOINT_KEY]);
  return path ?? checkpoints[0];
}

type Metadata = Readonly<Record<string, string>>;

/** The first file that says something, and what; damaged ones say nothing. */
function firstSaid<T>(paths: readonly string[], of: (metadata: Metadata) => T | undefined): [path?: string, said?: T] {
  for (const path of paths) {
    try {
      const said = of(readSafetensorsHeader(path).metadata);
      if (said !== undefined) return [path, said];
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
  return [];
}

/** What the callbacks of a run kept, its own first; undefined for a file that is no checkpoint of a run. */
function keptOf(metadata: Metadata): KeptCheckpoints[] | undefined {
  const text = metadata[RUN_CHECKPOINT_KEY];
  if (text === undefined) return undefined;
  try {
    const { progress } = JSON.parse(text) as { progress?: { callbacks?: Readonly<Record<string, unknown>> } };
    const { [MAIN]: main, ...others } = progress?.callbacks ?? {};
    return [main, ...Object.values(others)].filter(isKept);
  } catch {
    // Any program may have written the entry.
    return undefined;
  }
}

function isKept(state: unknown): state is KeptCheckpoints {
  return typeof state === 'object' && state !== null && 'best' in state && Array.isArray(state.best);
}

/** Where a kept checkpoint is found: the run may have been moved since, with the folder in it. */
function placeOf(file: string, folder: string, dirpath: string | null | undefined): string | undefined {
  const places = typeof dirpath === 'string' ? [dirpath, folder] : [folder];
  return places.map((place) => join(place, file)).find((path) => existsSync(path));
}
