import { ConfigError, type Problem } from '../errors.js';

/**
 * A config as a tree in which every value knows where it was written, so that a mistake found after merging still
 * points at the file, line and column (or the override) that made it. Trees are never changed in place.
 */
export interface ConfigTree {
  /** Merged and resolved: no value in it is an interpolation, or still to be given. */
  readonly root: MapNode;
  /** The names of the files and overrides in the order they were merged: the order problems are reported in. */
  readonly sources: readonly string[];
  /** The texts of those that are files, for messages to quote. */
  readonly texts: ReadonlyMap<string, string>;
  /** What the user should know and what is no mistake, e.g. the use of a deprecated key. */
  readonly warnings?: readonly Problem[];
  /** What resolvers chose, a line each. */
  readonly notes?: readonly string[];
}

/** Where a value was written: a file with a position from 1, or an override without one. */
export interface Origin {
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
}

export type ConfigNode = ScalarNode | ListNode | MapNode;

interface NodeBase {
  readonly origin?: Origin;
  /** The text with `${…}` that the value was resolved from; `origin` is then where that stands. */
  readonly interpolation?: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The value as the user wrote it, e.g. `1.0e-06`; absent where it was not read from text. */
  readonly text?: string;
  /** Why there is no such file as the value is to name, where the resolver that should have found it knows. */
  readonly missing?: Omit<Problem, 'where' | 'path'>;
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly keyOrigin?: Origin;
  readonly value: ConfigNode;
}

export type Path = readonly (string | number)[];

/** Deeper than any experiment, shallow enough for every recursion over a config. */
export const maxDepth = 64;

/** More values than any experiment has; what a few nested aliases or references can exceed by any factor. */
export const maxValues = 50_000;

/** A key that would change an object's prototype instead of adding an entry. */
export const forbiddenKey = '__proto__';

/** `file:line:column`, or what else names the place. */
export function describeOrigin({ source, line, column }: Origin): string {
  return line === undefined || column === undefined ? source : `${source}:${line}:${column}`;
}

/** A path as overrides write it: `model.params.channel_mult.0`; keys that hold a dot in brackets. */
export function formatPath(path: Path): string {
  return path.map((step, i) => (/[.[\]=]/.test(String(step)) ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`)).join('');
}

/** The value at a path, or undefined. */
export function nodeAt(root: ConfigNode, path: Path): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>((node, step) => (node ? childOf(node, step) : undefined), root);
}

/** The value under one key or index, or undefined. */
export function childOf(node: ConfigNode, step: string | number): ConfigNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.value;
  return node.kind === 'list' ? node.items[Number(step)] : undefined;
}

/** The tree's values without their origins. */
export function toPlain(node: ConfigNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toPlain(value)]));
}

/** A tree without origins of a value made by a program. Keys whose value is `undefined` count as left out. */
export function fromPlain(value: unknown, path: Path = []): ConfigNode {
  if (path.length > maxDepth) {
    throw new ConfigError({ path: formatPath(path), problem: `nested more than ${maxDepth} levels deep` });
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', value };
  }
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((item, i) => fromPlain(item, [...path, i])) };
  }
  if (typeof value !== 'object' || !isPlainObject(value)) {
    throw new ConfigError({
      path: formatPath(path),
      problem: 'not a value that a config can hold',
      found: typeof value === 'object' ? `an instance of ${value.constructor.name}` : typeof value,
      expected: 'a map, list, number, text, true, false or null',
    });
  }
  const entries = new Map<string, MapEntry>();
  for (const [key, child] of Object.entries(value)) {
    if (key === forbiddenKey) throw new ConfigError({ path: formatPath([...path, key]), problem: forbiddenKeyText });
    if (child !== undefined) entries.set(key, { value: fromPlain(child, [...path, key]) });
  }
  return { kind: 'map', entries };
}

export const forbiddenKeyText = `"${forbiddenKey}" cannot be a key`;

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
