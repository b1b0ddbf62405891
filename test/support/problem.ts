import { FileError } from '../../src/errors.js';

/** The message of the FileError that `action` throws; any other error, or none, fails the test. */
export function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FileError) return error.message;
    throw error;
  }
  throw new Error('expected a FileError');
}
