import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileProblem } from '../io/file-problems.js';
import { eventFilesIn } from './event-files.js';
import { maskedCrc32c } from './tfrecord.js';

/** Length and its checksum before a record's data, the data's checksum behind. */
const HEADER = 12;
const FOOTER = 4;

/**
 * Cuts the record that a killed process left unfinished off the end of each event file in a folder: not every reader
 * passes over it. No folder is nothing to do.
 * @throws FileError where a file cannot be read or written
 */
export function cutTornRecords(folder: string): void {
  for (const name of eventFilesIn(folder)) {
    const path = join(folder, name);
    try {
      cutTornRecord(path);
    } catch (cause) {
      throw fileProblem(path, 'mend the event file', cause);
    }
  }
}

function cutTornRecord(path: string): void {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    const header = Buffer.alloc(HEADER);
    let end = 0;
    while (readSync(file, header, 0, HEADER, end) === HEADER) {
      if (header.readUInt32LE(8) !== maskedCrc32c(header.subarray(0, 8))) break;
      const next = end + HEADER + Number(header.readBigUInt64LE()) + FOOTER;
      if (next > size) break;
      end = next;
    }
    if (end < size) ftruncateSync(file, end);
  } finally {
    closeSync(file);
  }
}
