import leven from 'leven';

/** What one message about bad input says; every field is optional but `problem`. */
export interface Problem {
  /** Where it was found: `file:line:column`, a file or a command-line flag. */
  readonly where?: string;
  /** Dotted path inside a config, e.g. `model.params.timesteps`. */
  readonly path?: string;
  /** What is wrong, in one line. */
  readonly problem: string;
  /** What was found, as the user wrote it. */
  readonly found?: string;
  /** What was expected instead. */
  readonly expected?: string;
  /** The nearest valid names, best first. */
  readonly nearest?: readonly string[];
  /** What to do about it: a command or an edit. */
  readonly remedy?: string;
  /** The lines around the place, the place marked. Shown on a terminal, no part of an error's message. */
  readonly frame?: string;
}

/** As {@link describeProblem}, with the lines of the file below the headline. */
export function describeProblemInPlace(problem: Problem): string {
  const [headline = '', ...facts] = describeProblem(problem).split('\n');
  const frame = problem.frame === undefined ? [] : problem.frame.split('\n').map((line) => `  ${line}`);
  return [headline, ...frame, ...facts].join('\n');
}

/** Words a problem the one way this project words problems: a headline, then aligned facts. */
export function describeProblem({ where, path, problem, found, expected, nearest, remedy }: Problem): string {
  const headline = [where, path, problem].filter((part) => part !== undefined).join(': ');
  const facts: [string, string | undefined][] = [
    ['found', found],
    ['expected', expected],
    ['did you mean', nearest?.length ? nearest.join(', ') : undefined],
    ['to fix', remedy],
  ];
  const lines = facts.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${`${label}:`.padEnd(14)}${text.replaceAll('\n', `\n${' '.repeat(16)}`)}`],
  );
  return [headline, ...lines].map(printable).join('\n');
}

/** A text from a file as it may be shown: characters that a terminal would obey, or that hide others, are dots. */
export function printable(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}]/gu, '·');
}

const maxNameLength = 200;

/**
 * The names closest to a mistyped one by edit distance, best first, at most three.
 * Names further than 40% of the longer word away (in short words: than two letters, a pair typed the wrong way round) are
 * no help and are left out.
 */
export function nearestNames(name: string, candidates: Iterable<string>): string[] {
  // Comparing takes the product of the lengths.
  if (name.length > maxNameLength) return [];
  const wanted = name.toLowerCase();
  return [...candidates]
    .filter(({ length }) => length <= maxNameLength)
    .map((candidate) => ({ candidate, distance: leven(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => {
      const longest = Math.max(candidate.length, name.length);
      return distance < longest && distance <= Math.max(2, 0.4 * longest);
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** The first few of the names, and how many more there are. */
export function listNames(names: readonly string[], most = 8): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** An error that its problems explain in full: no stack trace unless `--debug`. What it means for a command, its kinds say. */
export abstract class ExplainedError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[], options?: ErrorOptions) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(describeProblem).join('\n\n'), options);
    this.problems = list;
  }
}

/** Bad input, which the user can mend: exit code 2. */
export class UserError extends ExplainedError {
  override readonly name: string = 'UserError';
}

/** One or more mistakes in a configuration, all of them reported together. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
}

/** A file that is missing, truncated, corrupt or not what it claims to be. */
export class FileError extends UserError {
  override readonly name = 'FileError';
}

/**
 * What the program makes and the system would not take, in the middle of the work: a disk that is full or broken, a folder
 * that is no longer there. The input was not at fault: exit code 1.
 */
export class WriteError extends ExplainedError {
  override readonly name = 'WriteError';
}

/** An operation that the tensor engine refused: names the operation, the shapes and the data types. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
  readonly code: string = 'ERR_LDM_ENGINE';
}

/** Memory ran out in an operation. What was there before is whole, and smaller tensors can still be made. */
export class OutOfMemoryError extends EngineError {
  override readonly name = 'OutOfMemoryError';
  override readonly code = 'ERR_LDM_OUT_OF_MEMORY';
}

/** A call with wrong arguments by the program itself, e.g. tensors of the wrong shape: a bug, not bad input. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(operation: string, expected: string, found: string) {
    super(`${operation}: expected ${expected}, found ${found}`);
  }
}
