import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { ConfigError, nearestNames, type Problem } from '../errors.js';
import { parseYaml } from './parse.js';
import { describeFound } from './found.js';
import { describeOrigin, type MapNode } from './tree.js';

/** A hundred times the largest experiment; what the YAML parser reads in well under a second whatever it holds. */
const maxBytes = 256 * 1024;

/** A config that is no file of its own, e.g. the one a checkpoint carries. */
export interface ConfigText {
  /** What messages call it. */
  readonly name: string;
  readonly text: string;
}

/** Reads the text of one file. Throws a ConfigError that names the file for whatever is wrong with it. */
export function readConfigFile(path: string): ConfigText {
  const name = displayPath(path);
  return { name, text: decode(readBytes(path, name), name) };
}

/** Parses one config into a tree. Throws a ConfigError that names the place of what is wrong with it. */
export function parseConfig({ name, text }: ConfigText): MapNode {
  const root = parseYaml(text, (line, column) => ({ source: name, line, column }));
  if (root.kind === 'map') return root;
  if (root.kind === 'scalar' && root.value === null) {
    throw new ConfigError({
      where: name,
      problem: 'the file holds no values',
      expected: 'a map with the keys model, data and lightning',
    });
  }
  throw new ConfigError({
    where: root.origin ? describeOrigin(root.origin) : name,
    problem: 'not a config',
    found: describeFound(root),
    expected: 'a map: lines of the form "key: value"',
  });
}

/** The path as messages show it: relative inside the working folder, absolute outside. */
export function displayPath(path: string): string {
  const inside = relative(process.cwd(), resolve(path));
  return inside.startsWith('..') || isAbsolute(inside) ? resolve(path) : inside || '.';
}

function readBytes(path: string, name: string): Buffer {
  const fail = (problem: Omit<Problem, 'where'>, cause?: unknown): never => {
    throw new ConfigError({ where: name, ...problem }, { cause });
  };
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      const files = yamlFiles(path).map((file) => displayPath(join(path, file)));
      const listed = files.length > 0 ? files.slice(0, 5).join(', ') + (files.length > 5 ? ', …' : '') : 'none';
      return fail({ problem: 'this is a folder', expected: 'a YAML file', found: `in it: ${listed}` });
    }
    if (stats.size > maxBytes) {
      return fail({
        problem: 'too large for a config',
        found: describeSize(stats.size),
        expected: `at most ${describeSize(maxBytes)}`,
        remedy: 'give the YAML file of the experiment, not a checkpoint or data',
      });
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return fail(describeMissing(path), error);
    if (code === 'EACCES') return fail({ problem: 'no right to read this file' }, error);
    return fail({ problem: `cannot be read: ${message}` }, error);
  }
}

function describeMissing(path: string): Omit<Problem, 'where'> {
  const folder = dirname(path);
  const names = (found: readonly string[]) => found.map((file) => displayPath(join(folder, file)));
  try {
    const siblings = yamlFiles(folder);
    const withoutEnding = siblings.filter((file) => file.replace(/\.ya?ml$/, '') === basename(path));
    const nearest = withoutEnding.length > 0 ? withoutEnding : nearestNames(basename(path), siblings);
    return { problem: 'no such file', nearest: names(nearest) };
  } catch {
    return { problem: 'no such file', found: `the folder ${displayPath(folder)} does not exist either` };
  }
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort();
}

function decode(bytes: Buffer, name: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Described below, with the place.
  }
  const before = bytes.toString('utf8').split(/[\0\uFFFD]/, 1)[0] ?? '';
  const lines = before.split('\n');
  throw new ConfigError({
    where: describeOrigin({ source: name, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }),
    problem: 'not a text file in UTF-8',
    remedy: 'save it as UTF-8, or give the YAML file if this is another one',
  });
}

function describeSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(1, bytes)) / 10), units.length - 1);
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power] ?? ''}`;
}
