import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError } from '../../../errors.js';
import { fileProblem } from '../../../io/file-problems.js';
import { createTokenizer, type Tokenizer, type TokenizerDescription } from './tokenizer.js';

/** Where a tokenizer comes from. */
export interface TokenizerSource {
  /** Whose it is, for messages: `BERT`. */
  readonly name: string;
  /** The public page that has its files. */
  readonly page: string;
  /** The files that do instead of a tokenizer.json, and what they amount to. */
  readonly alternative: {
    readonly files: readonly string[];
    readonly describe: (contents: readonly string[], paths: readonly string[]) => TokenizerDescription;
  };
}

const TOKENIZER_JSON = 'tokenizer.json';

/**
 * Reads a tokenizer from a folder, or from one of its files.
 * @throws FileError when there is none, saying what to fetch, or when a file is not what its name says
 */
export function readTokenizer(path: string, source: TokenizerSource): Tokenizer {
  const { folder, files } = filesOf(path, source);
  const paths = files.map((file) => join(folder, file));
  const contents = paths.map(readText);
  const [where = folder, content = ''] = [paths[0], contents[0]];
  const description =
    files[0] === TOKENIZER_JSON ? parseJson(where, content) : source.alternative.describe(contents, paths);
  try {
    return createTokenizer(description);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(
      { where, problem: `it describes no tokenizer: ${detail}`, remedy: fetching(source) },
      { cause },
    );
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

function filesOf(path: string, source: TokenizerSource): { folder: string; files: readonly string[] } {
  const choices = [[TOKENIZER_JSON], source.alternative.files];
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry && !entry.isDirectory()) {
    const files = choices.find((choice) => choice.includes(basename(path))) ?? [TOKENIZER_JSON];
    // A tokenizer.json may have any name.
    return { folder: dirname(path), files: files.includes(basename(path)) ? files : [basename(path)] };
  }
  const files = choices.find((choice) => choice.every((file) => existsSync(join(path, file))));
  if (files) return { folder: path, files };
  throw new FileError({
    where: path,
    problem: `the tokenizer of ${source.name} is missing`,
    expected: choices.map((choice) => choice.map((file) => join(path, file)).join(' and ')).join(', or '),
    remedy: `${fetching(source)} and put it into ${path}, or set the parameter tokenizer to where it lies`,
  });
}

function fetching({ page, alternative }: TokenizerSource): string {
  return `fetch ${TOKENIZER_JSON} (or ${alternative.files.join(' and ')}) from ${page}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileProblem(path, 'read the tokenizer', cause);
  }
}
