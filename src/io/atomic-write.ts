import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, writeProblem } from './file-problems.js';

/** One system call writes at most 2 GiB; smaller pieces keep the page cache's write-back going meanwhile. */
const PIECE = 64 * 2 ** 20;

/** Appends all of `bytes` to an open file. */
export type Append = (bytes: Uint8Array) => void;

/**
 * Writes a file so that at no moment, a crash or a power cut included, `path` names anything but the whole old file or
 * the whole new one: written to `<path>.tmp`, synced, renamed over `path`, and the folder synced.
 * The temporary name is fixed so that what a killed process left behind is overwritten by the next attempt.
 *
 * @param fill writes the content, in as many pieces as it likes.
 * @param previous in the same folder; where to keep the file that is replaced
 * @throws WriteError where it cannot be written (full disk, no permission); the temporary file is removed.
 */
export function writeAtomically(path: string, fill: (append: Append) => void, previous?: string): void {
  const temporary = `${path}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      writeAndSync(file, fill);
      if (previous !== undefined) keep(path, previous);
      renameSync(temporary, path);
      syncFolder(dirname(path));
    } catch (cause) {
      rmSync(temporary, { force: true });
      throw cause;
    }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw writeProblem(path, 'write', cause, {
      note: existsSync(path) ? 'the file written before is whole' : undefined,
    });
  }
}

/** Writes a text or bytes as {@link writeAtomically} does. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  writeAtomically(path, (append) => {
    append(bytes);
  });
}

function writeAndSync(file: number, fill: (append: Append) => void): void {
  try {
    fill(appendTo(file));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A second name for the file at `path`, which stays; where the file system has no such thing, its only one. */
function keep(path: string, previous: string): void {
  if (!existsSync(path)) return;
  rmSync(previous, { force: true });
  try {
    linkSync(path, previous);
  } catch {
    renameSync(path, previous);
  }
}

function appendTo(file: number): Append {
  return (bytes) => {
    // A single call may write less than asked.
    for (let offset = 0; offset < bytes.length;) {
      offset += writeSync(file, bytes, offset, Math.min(PIECE, bytes.length - offset));
    }
  };
}

/** Makes the rename itself survive a power cut, where the system can: Windows and some network disks cannot. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (cause) {
    const code = errnoOf(cause);
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw cause;
  } finally {
    closeSync(folder);
  }
}

function isSystemError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}
