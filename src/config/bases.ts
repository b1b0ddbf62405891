import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { ConfigError, type Problem } from '../errors.js';
import { describeFound } from './found.js';
import { isInterpolated } from './interpolation.js';
import { malformedInterpolations } from './malformed.js';
import { mergeMaps } from './merge.js';
import { parseConfig, readConfigFile, type ConfigText } from './read.js';
import { describeOrigin, formatPath, type ConfigNode, type MapNode, type Path } from './tree.js';

/** The key of a file that names the files it builds on. */
export const basesKey = '_base_';

/** Files below one another, and files that one names: more than anyone keeps apart. */
const maxNesting = 16;
const maxBases = 32;

/** Reads configs with what they build on, each file once, and collects what is wrong with them. */
export class ConfigReader {
  /** The texts of the files under the names that messages give them, in the order they are merged. */
  readonly texts = new Map<string, string>();
  readonly problems: Problem[] = [];
  readonly #read = new Map<string, MapNode | undefined>();
  /** The files that are being read: each is a base of the one before it. */
  readonly #open: { readonly file: string; readonly name: string }[] = [];

  /** The config merged over its bases; undefined where a problem was found that leaves nothing to merge. */
  read(config: string | ConfigText): MapNode | undefined {
    return this.#collect(() => (typeof config === 'string' ? this.#readFile(config) : this.#parse(config)));
  }

  #readFile(path: string): MapNode | undefined {
    const file = identityOf(path);
    if (this.#read.has(file)) return this.#read.get(file);
    const text = readConfigFile(path);
    this.#open.push({ file, name: text.name });
    const root = this.#collect(() => this.#parse(text, dirname(path)));
    this.#open.pop();
    this.#read.set(file, root);
    return root;
  }

  #parse(config: ConfigText, folder?: string): MapNode | undefined {
    const root = this.#collect(() => parseConfig(config));
    if (root) this.problems.push(...malformedInterpolations(root));
    const written = root?.entries.get(basesKey)?.value;
    const bases = written ? this.#readBases(written, folder) : [];
    // Named after its bases, which are merged before it.
    this.texts.set(config.name, config.text);
    if (!root || bases.includes(undefined)) return undefined;
    const empty: MapNode = { ...root, entries: new Map() };
    const own: MapNode = { ...root, entries: new Map([...root.entries].filter(([key]) => key !== basesKey)) };
    return [...bases.flatMap((base) => base ?? []), own].reduce((merged, over) => mergeMaps(merged, over), empty);
  }

  #readBases(written: ConfigNode, folder: string | undefined): (MapNode | undefined)[] {
    const values =
      written.kind === 'list'
        ? written.items.map((item, i) => [item, [basesKey, i]] as const)
        : [[written, [basesKey]] as const];
    if (values.length > maxBases)
      throw problemAt(written, [basesKey], { problem: `names more than ${maxBases} files` });
    return values.map(([value, path]) => this.#collect(() => this.#readBase(value, path, folder)));
  }

  #readBase(value: ConfigNode, path: Path, folder: string | undefined): MapNode | undefined {
    if (folder === undefined) {
      throw problemAt(value, path, {
        problem: 'a config that is no file cannot build on files',
        found: describeFound(value),
        remedy: 'give that file before it on the command line',
      });
    }
    if (
      value.kind !== 'scalar' ||
      typeof value.value !== 'string' ||
      value.value === '' ||
      isInterpolated(value.value)
    ) {
      throw problemAt(value, path, {
        problem: 'not the name of a file',
        found: describeFound(value),
        expected: 'a YAML file, relative to the folder of this one, or a list of such files',
      });
    }
    const base = isAbsolute(value.value) ? value.value : join(folder, value.value);
    const file = identityOf(base);
    const start = this.#open.findIndex((open) => open.file === file);
    if (start >= 0) {
      const chain = this.#open.slice(start).map(({ name }) => name);
      throw problemAt(value, path, {
        problem: 'the file builds on itself',
        found: [...chain, chain[0]].join(' → '),
        remedy: 'remove one of these',
      });
    }
    if (this.#open.length >= maxNesting) {
      throw problemAt(value, path, { problem: `more than ${maxNesting} files build on one another` });
    }
    try {
      return this.#readFile(base);
    } catch (error) {
      // Nothing of the file was read: the mistake is where it is named.
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(
        error.problems.map((problem) => fromFolder(problem, value, path, folder)),
        { cause: error },
      );
    }
  }

  #collect<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.problems.push(...error.problems);
      return undefined;
    }
  }
}

/** What names a file whatever way it was reached by. */
function identityOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function fromFolder(
  { where, problem, nearest, ...facts }: Problem,
  value: ConfigNode,
  path: Path,
  folder: string,
): Problem {
  return placed(value, path, {
    ...facts,
    problem: `${where === undefined ? '' : `${where}: `}${problem}`,
    nearest: nearest?.map((name) => relative(folder, name)),
  });
}

function placed({ origin }: ConfigNode, path: Path, problem: Omit<Problem, 'where' | 'path'>): Problem {
  return { where: origin && describeOrigin(origin), path: formatPath(path), ...problem };
}

function problemAt(value: ConfigNode, path: Path, problem: Omit<Problem, 'where' | 'path'>): ConfigError {
  return new ConfigError(placed(value, path, problem));
}
