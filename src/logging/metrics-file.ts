import { readFileSync, statSync } from 'node:fs';
import { AppendQueue } from '../io/append-queue.js';
import { writeFileAtomically } from '../io/atomic-write.js';
import { errnoOf, fileProblem } from '../io/file-problems.js';
import type { Logger } from './logger.js';

/**
 * `metrics.jsonl`: a JSON object per call of `logScalars`, with `step`, the scalars (`epoch` among them, where it is
 * logged) and `time` in seconds since 1970. JSON has no NaN and no infinity: they become the strings "NaN",
 * "Infinity" and "-Infinity", which Python's and JavaScript's conversions to a number understand.
 */
export class MetricsFile implements Logger {
  readonly #queue: AppendQueue;
  readonly #clock: () => number;

  /** @param clock milliseconds since 1970. */
  constructor(path: string, clock: () => number = Date.now) {
    this.#queue = new AppendQueue(path);
    this.#clock = clock;
  }

  logScalars(scalars: Readonly<Record<string, number>>, step: number): void {
    const line = JSON.stringify({ step, ...scalars, time: this.#clock() / 1000 }, (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    this.#queue.append(Buffer.from(`${line}\n`));
  }

  /** Images are no metrics: they lie in the run folder as files. */
  logImage(): void {
    return;
  }

  /** Texts are no metrics. */
  logText(): void {
    return;
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}

/**
 * Removes what was logged after a step, so that a run resumed from there goes on without a fold. A last line that a
 * killed process left unfinished goes too. No file is nothing to do.
 *
 * @param bytes the length of the file when the step was saved: of the same step, more may have been logged since
 * @returns how many lines were removed.
 * @throws FileError where the file cannot be read, WriteError where it cannot be written; it is then as it was.
 */
export function truncateMetrics(path: string, lastStep: number, bytes = Infinity): number {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return 0;
    throw fileProblem(path, 'read', cause);
  }
  const lines = content.split('\n').filter((line) => line !== '');
  let end = 0;
  const kept = lines.filter((line) => {
    end += Buffer.byteLength(line) + 1;
    return end <= bytes && stepOf(line) <= lastStep;
  });
  const remaining = kept.map((line) => `${line}\n`).join('');
  if (remaining !== content) writeFileAtomically(path, remaining);
  return lines.length - kept.length;
}

function stepOf(line: string): number {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === 'number' ? step : Infinity;
  } catch {
    return Infinity;
  }
}

/** What has been logged, for a checkpoint to keep: the run that goes on takes back what was logged after. */
export function bytesLogged(path: string): { loggedBytes?: number } {
  const file = statSync(path, { throwIfNoEntry: false });
  return file ? { loggedBytes: file.size } : {};
}
