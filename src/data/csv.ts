import { parse } from 'csv-parse/sync';
import { closeSync, openSync, readSync } from 'node:fs';
import { FileError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';

/** Of a file that is read at a time: some have 2 GB, more than a string takes. */
const CHUNK_BYTES = 4 << 20;
const NEWLINE = 0x0a;

/**
 * The lines of a CSV file as lists of fields, the first line too; line breaks within fields are not for it.
 * @throws FileError where it cannot be read, or has a line of another number of fields than the first
 */
export function* csvLines(path: string): Generator<readonly string[]> {
  let before = 0;
  for (const text of wholeLines(path)) {
    let lines: string[][];
    try {
      lines = parse(text, { bom: before === 0, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] });
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw new FileError(
        { where: path, problem: `is no CSV file: ${problem}`, remedy: 'download it again' },
        { cause },
      );
    }
    yield* lines;
    before += lines.length;
  }
}

/** The text of a file in pieces that end where lines do. */
function* wholeLines(path: string): Generator<string> {
  const file = opened(path);
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = readSync(file, chunk);
      const read = Buffer.concat([rest, chunk.subarray(0, count)]);
      const end = count === 0 ? read.length : read.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield read.toString('utf8', 0, end);
      if (count === 0) return;
      rest = read.subarray(end);
    }
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw fileProblem(path, 'read', cause);
  }
}
