import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileProblem } from './file-problems.js';
import { runFolder } from './run-folder.js';

/** What the files of weights are called. */
export const checkpointExtensions: ReadonlySet<string> = new Set(['.ckpt', '.safetensors', '.pt', '.pth']);
const LAST = /^last(-v\d+)?\./;

/** All checkpoints of a run folder (or of a folder of checkpoints), newest first; of equally old ones `last` first. */
export function listCheckpoints(path: string): string[] {
  const inRun = runFolder(path).checkpoints;
  const folder = existsSync(inRun) ? inRun : path;
  return namesIn(folder)
    .filter((name) => checkpointExtensions.has(extname(name)))
    .map((name) => join(folder, name))
    .flatMap((file) => {
      // One that is pruned meanwhile is none.
      const entry = statSync(file, { throwIfNoEntry: false });
      return entry?.isFile() ? [{ file, time: entry.mtimeMs, isLast: LAST.test(basename(file)) }] : [];
    })
    .sort((a, b) => b.time - a.time || Number(b.isLast) - Number(a.isLast) || (a.file < b.file ? 1 : -1))
    .map(({ file }) => file);
}

/** The run folder that a checkpoint belongs to, or undefined where it lies elsewhere. */
export function runOfCheckpoint(path: string): string | undefined {
  const folder = dirname(resolve(path));
  return basename(folder) === 'checkpoints' ? dirname(folder) : undefined;
}

/** What is in a folder; nothing where there is no such folder. @throws FileError where it cannot be read */
export function namesIn(folder: string): string[] {
  const entry = statSync(folder, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return [];
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw fileProblem(folder, 'read', cause);
  }
}
