import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { FileError, nearestNames } from '../errors.js';
import { fileProblem } from './file-problems.js';
import { runFolder } from './run-folder.js';

/** What the files of weights are called. */
export const checkpointExtensions: ReadonlySet<string> = new Set(['.ckpt', '.safetensors', '.pt', '.pth']);
const LAST = /^last(-v\d+)?\./;

/**
 * The checkpoint that a path stands for: a file is meant itself; of a run folder, or its `checkpoints`, the last one.
 * @throws FileError where there is none: names what lies nearest, or the runs that have one.
 */
export function findCheckpoint(path: string): string {
  if (!existsSync(path)) {
    throw new FileError({
      where: path,
      problem: 'there is no such file or folder',
      nearest: nearestNames(basename(path), namesIn(dirname(path))).map((name) => join(dirname(path), name)),
      remedy: 'give a run folder or a checkpoint file',
    });
  }
  if (!statSync(path).isDirectory()) return path;
  const [newest] = listCheckpoints(path);
  if (newest !== undefined) return newest;
  const runs = namesIn(path)
    .map((name) => join(path, name))
    .filter((run) => listCheckpoints(run).length > 0);
  throw new FileError({
    where: path,
    problem: 'has no checkpoint',
    ...(runs.length > 0 && { nearest: runs.sort().reverse().slice(0, 3) }),
    remedy:
      runs.length > 0
        ? 'give one of the runs in it'
        : 'give a run that saved one, or a checkpoint file; runs save into their folder checkpoints/',
  });
}

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

function namesIn(folder: string): string[] {
  const entry = statSync(folder, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return [];
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw fileProblem(folder, 'read', cause);
  }
}
