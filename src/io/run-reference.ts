import { FileError } from '../errors.js';
import { bestCheckpoint, lastCheckpoint, type BestCheckpoint } from './best-checkpoint.js';
import { findRun, type FoundRun } from './find-run.js';
import { listCheckpoints } from './list-checkpoints.js';

/** Which checkpoint of a run is meant. */
export type Which = 'best' | 'last';

/** A run by its name, as `latest:NAME`, `latest:NAME,last` and `latest:NAME,best` say it. */
export interface RunReference {
  readonly name: string;
  /** Undefined where it is not said. */
  readonly which?: Which;
}

/** A checkpoint of a run that was found by its name. */
export interface RunCheckpoint {
  readonly path: string;
  readonly run: FoundRun;
  /** Why this one; absent for the last. */
  readonly best?: BestCheckpoint;
}

const PREFIX = 'latest:';

/** Other runs that a message names. */
const MOST_NAMED = 3;

/** What a text says where a run or a checkpoint is expected; undefined for a path. */
export function parseRunReference(text: string): RunReference | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const [, name = '', which] = /^(.*?)(?:,(best|last))?$/s.exec(text.slice(PREFIX.length)) ?? [];
  return { name, ...(which !== undefined && { which: which as Which }) };
}

export function formatRunReference({ name, which }: RunReference): string {
  return `${PREFIX}${name}${which === undefined ? '' : `,${which}`}`;
}

/**
 * The run that is meant.
 * @throws FileError where there is none
 */
export function runOfReference(reference: RunReference, logdir?: string): FoundRun {
  return placed(reference, () => findRun(reference.name, logdir));
}

/**
 * The checkpoint that is meant: the best by what the run monitors, and where it monitors nothing the last one; or the last
 * one at once.
 * @throws FileError where there is no such run, or it has no checkpoint
 */
export function checkpointOfRun(reference: RunReference, logdir?: string): RunCheckpoint {
  return placed(reference, () => {
    const run = findRun(reference.name, logdir);
    const best = reference.which === 'last' ? undefined : bestCheckpoint(run.path);
    const path = best?.path ?? lastCheckpoint(run.path);
    if (path === undefined) throw withoutCheckpoint(run);
    return { path, run, ...(best && { best }) };
  });
}

function withoutCheckpoint({ path, older }: FoundRun): FileError {
  const others = older.filter((run) => listCheckpoints(run).length > 0);
  return new FileError({
    problem: `${path} has no checkpoint`,
    ...(older.length > 0 && { found: `the newest of ${older.length + 1} runs of this name` }),
    expected: 'a run that got as far as its first checkpoint',
    nearest: others.slice(0, MOST_NAMED),
    remedy: `go on with it: npx run --resume ${path}${others.length > 0 ? '; or give the path of another' : ''}`,
  });
}

/** Says of what goes wrong for which reference it did. */
function placed<T>(reference: RunReference, find: () => T): T {
  try {
    return find();
  } catch (cause) {
    if (!(cause instanceof FileError)) throw cause;
    const where = formatRunReference(reference);
    throw new FileError(
      cause.problems.map((problem) => ({ where, ...problem })),
      { cause },
    );
  }
}
