import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { parseConfig, type ConfigNode, type ScalarNode } from '../../config/index.js';

/** Where a config comes from and where it goes. */
export interface Relocation {
  /** The file it is in. */
  readonly from: string;
  readonly to: string;
  /** What commands in its header call it: `configs/ddpm/mnist.yaml`. */
  readonly nameBefore: string;
  readonly nameAfter: string;
}

/**
 * The text of a config for another place, its comments kept: the command in its header runs the copy, and what it names
 * relative to itself, the schema for editors and the files of `_base_`, stays the same file.
 */
export function relocateConfig(text: string, relocation: Relocation): string {
  const moved = (path: string): string => movedPath(path, relocation);
  const lines = withMovedBases(text, moved).split('\n');
  const headerEnd = lines.findIndex((line) => !/^\s*(?:#.*)?$/.test(line));
  const header = lines.slice(0, headerEnd).map((line) => headerLine(line, moved, relocation));
  return [...header, ...lines.slice(headerEnd)].join('\n');
}

function headerLine(line: string, moved: (path: string) => string, { nameBefore, nameAfter }: Relocation): string {
  const schema = /^(#\s*yaml-language-server:\s*\$schema=)(\S+)(.*)$/.exec(line);
  if (schema) return `${schema[1] ?? ''}${moved(schema[2] ?? '')}${schema[3] ?? ''}`;
  const command = line.indexOf(`npx run ${nameBefore}`);
  // What else starts the shipped config, such as npm start, does not start the copy.
  const own = command < 0 ? line : `${/^#\s*/.exec(line)?.[0] ?? ''}${line.slice(command)}`;
  return own.replaceAll(nameBefore, inShell(nameAfter));
}

function withMovedBases(text: string, moved: (path: string) => string): string {
  const bases = basesOf(parseConfig({ name: 'config', text }).entries.get('_base_')?.value);
  const lines = text.split('\n');
  // From the right, so that the columns of the others stay true.
  for (const { value, origin } of bases.toReversed()) {
    const line = lines[(origin?.line ?? 0) - 1];
    if (line === undefined || typeof value !== 'string') continue;
    const start = (origin?.column ?? 1) - 1;
    const written = /^(?:"[^"]*"|'[^']*')/.exec(line.slice(start))?.[0] ?? value;
    const after = line.slice(start + written.length);
    lines[(origin?.line ?? 0) - 1] = line.slice(0, start) + JSON.stringify(moved(value)) + after;
  }
  return lines.join('\n');
}

function basesOf(node: ConfigNode | undefined): ScalarNode[] {
  if (node?.kind === 'list') return node.items.flatMap(basesOf);
  return node?.kind === 'scalar' ? [node] : [];
}

/** A path relative to the one file as a path relative to the other; any other as it is. */
function movedPath(path: string, { from, to }: Relocation): string {
  if (/^[a-z]+:\/\//i.test(path) || isAbsolute(path)) return path;
  const moved = relative(dirname(resolve(to)), resolve(dirname(from), path)).replaceAll('\\', '/');
  return moved.startsWith('.') ? moved : `./${moved}`;
}

/** A path as a shell takes it for one word. */
export function inShell(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
