import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError, nearestNames } from '../errors.js';
import { listCheckpoints, namesIn } from './list-checkpoints.js';
import { checkpointOfRun, parseRunReference } from './run-reference.js';

/**
 * The checkpoint that a path stands for: a file is meant itself; of a run folder, or its `checkpoints`, the last one; of
 * `latest:NAME` the best one of that run.
 * @throws FileError where there is none: names what lies nearest, or the runs that have one.
 */
export function findCheckpoint(path: string): string {
  const reference = parseRunReference(path);
  if (reference) return checkpointOfRun(reference).path;
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
