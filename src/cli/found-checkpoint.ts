import { findCheckpoint } from '../io/find-checkpoint.js';
import { checkpointOfRun, parseRunReference, type RunCheckpoint } from '../io/run-reference.js';
import { formatValue } from '../logging/format.js';

/** A checkpoint that a word of the command line stands for. */
export interface FoundCheckpoint {
  readonly path: string;
  /** Which one it is, where the word did not say so itself. */
  readonly note?: string;
}

/**
 * The checkpoint that a word stands for: a file, a run folder or `latest:NAME`.
 * @throws FileError where there is none
 */
export function foundCheckpoint(word: string): FoundCheckpoint {
  const reference = parseRunReference(word);
  if (!reference) return { path: findCheckpoint(word) };
  const found = checkpointOfRun(reference);
  return { path: found.path, note: describeChoice(word, found) };
}

/** Which checkpoint was taken for what is written so, and why: one line. */
export function describeChoice(text: string, { path, run: { older }, best }: RunCheckpoint): string {
  const reasons = [
    ...(best ? [`best by ${best.monitor ?? 'its monitor'}, ${formatValue(best.score)}`] : []),
    ...(older.length > 0 ? [`newest of ${older.length + 1} runs`] : []),
  ];
  return `${text} is ${path}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`;
}
