import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError } from '../../../errors.js';
import { fileProblem } from '../../../io/file-problems.js';
import { createTokenizer, type Tokenizer, type TokenizerDescription } from './tokenizer.js';

/** Files that together make a tokenizer. */
export interface TokenizerFiles {
  readonly files: readonly string[];
  /** What they say; `contents` and `paths` are in the order of `files`. */
  readonly describe: (contents: readonly string[], paths: readonly string[]) => TokenizerDescription;
}

/** Where a tokenizer comes from. */
export interface TokenizerSource {
  /** Whose it is, for messages. */
  readonly name: string;
  /** The public page that has its files. */
  readonly page: string;
  /** The files that do instead of a tokenizer.json. */
  readonly alternative: TokenizerFiles;
}

const json: TokenizerFiles = {
  files: ['tokenizer.json'],
  describe: ([content = ''], [path = '']) => parseJson(path, content),
};

/**
 * Reads a tokenizer from a folder, or from one of its files; a tokenizer.json may have any name then.
 * @throws FileError when there is none, saying what to fetch, or when a file is not what its name says
 */
export function readTokenizer(path: string, source: TokenizerSource): Tokenizer {
  const { paths, describe } = locate(path, source);
  const description = describe(paths.map(readText), paths);
  try {
    return createTokenizer(description);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    const problem = `it describes no tokenizer: ${detail}`;
    throw new FileError({ where: paths[0] ?? path, problem, remedy: fetching(source) }, { cause });
  }
}

/**
 * The number of a special token.
 * @throws FileError when the vocabulary lacks it
 */
export function specialToken(tokenizer: Tokenizer, token: string, path: string, source: TokenizerSource): number {
  const id = tokenizer.token_to_id(token);
  if (id === undefined) {
    throw new FileError({
      where: path,
      problem: `its vocabulary lacks ${token}, so that it is not that of ${source.name}`,
      remedy: fetching(source),
    });
  }
  return id;
}

/** @throws FileError when it is no JSON object */
export function parseJson(path: string, text: string): TokenizerDescription {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as TokenizerDescription;
  } catch {
    // Said below.
  }
  throw new FileError({ where: path, problem: 'it is not JSON of a tokenizer', remedy: 'download the file again' });
}

function locate(path: string, source: TokenizerSource): { paths: string[]; describe: TokenizerFiles['describe'] } {
  const choices = [json, source.alternative];
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry && !entry.isDirectory()) {
    const choice = choices.find(({ files }) => files.includes(basename(path)));
    if (!choice) return { paths: [path], describe: json.describe };
    return { paths: choice.files.map((file) => join(dirname(path), file)), describe: choice.describe };
  }
  for (const { files, describe } of choices) {
    const paths = files.map((file) => join(path, file));
    if (paths.every((file) => existsSync(file))) return { paths, describe };
  }
  throw new FileError({
    where: path,
    problem: `the tokenizer of ${source.name} is missing`,
    expected: choices.map(({ files }) => files.map((file) => join(path, file)).join(' and ')).join(', or '),
    remedy: `${fetching(source)} and put it into ${path}, or set the parameter tokenizer to where it lies`,
  });
}

function fetching({ page, alternative }: TokenizerSource): string {
  return `fetch tokenizer.json (or ${alternative.files.join(' and ')}) from ${page}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileProblem(path, 'read the tokenizer', cause);
  }
}
