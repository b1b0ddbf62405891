import { FileError, WriteError, type Problem } from '../errors.js';

/** The error code of a failed system call (`ENOENT`, `ENOSPC` …), or undefined where `cause` is none. */
export function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

const noRights = 'give this user the right to it (chmod, chown) or choose another place';
const causes: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free space on that disk or choose another place'],
  EDQUOT: ['the disk quota is used up', 'free space within the quota or choose another place'],
  EFBIG: ['the file would be larger than the system allows', 'raise the limit (ulimit -f) or choose another disk'],
  EACCES: ['no permission', noRights],
  EPERM: ['no permission', noRights],
  EROFS: ['the file system is read-only', 'choose another place'],
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'check the path'],
  EEXIST: ['a file of that name is in the way', 'move it away or choose another place'],
  EISDIR: ['it is a folder, not a file', 'give the path of a file'],
  EMFILE: ['too many files are open', 'raise the limit: ulimit -n'],
  EIO: ['the disk reports an error', 'check the disk; restore the file from a copy'],
};

/** What a message may say beyond what the system said. */
export interface FileProblemDetails {
  /** What holds nevertheless, e.g. that the file written before is whole. */
  readonly note?: string | undefined;
  /** A remedy that fits better than the general one. */
  readonly remedy?: string | undefined;
}

/**
 * Words a failed system call on a file that the user gave, or on a place that the user chose.
 * @param action what was tried, to follow "cannot": `read`, `create the folder`.
 */
export function fileProblem(path: string, action: string, cause: unknown, details?: FileProblemDetails): FileError {
  return new FileError(wordCause(path, action, cause, details), { cause });
}

/** As {@link fileProblem}, of what the program writes while it works. */
export function writeProblem(path: string, action: string, cause: unknown, details?: FileProblemDetails): WriteError {
  return new WriteError(wordCause(path, action, cause, details), { cause });
}

function wordCause(path: string, action: string, cause: unknown, { note, remedy }: FileProblemDetails = {}): Problem {
  const code = errnoOf(cause);
  const detail = cause instanceof Error ? cause.message : String(cause);
  const [what, usualRemedy] = (code === undefined ? undefined : causes[code]) ?? [detail, undefined];
  const advice = remedy ?? usualRemedy;
  return {
    where: path,
    problem: `cannot ${action}: ${what}${note === undefined ? '' : ` (${note})`}`,
    ...(advice === undefined ? {} : { remedy: advice }),
  };
}
