import { ConfigError, nearestNames, type Problem } from '../errors.js';
import { mergeMaps, mixedKinds } from './merge.js';
import { parseYaml } from './parse.js';
import { childOf, forbiddenKey, forbiddenKeyText, formatPath, maxDepth } from './tree.js';
import type { ConfigNode, ListNode, MapNode, Origin, Path } from './tree.js';

/**
 * One command-line override, as OmegaConf's dotlist has them: `path=value` sets (a map is merged into the map that is
 * there), `+path=value` adds what must not be there yet, `~path` removes. Values are YAML: `1e-4`, `[1,2]`, `{a: 1}`.
 */
export interface Override {
  /** The override as the user wrote it. */
  readonly text: string;
  readonly action: 'set' | 'add' | 'remove';
  readonly path: readonly string[];
  /** Null where the action is to remove. */
  readonly value: ConfigNode;
}

const forms = 'path=value, +path=value or ~path, e.g. data.params.batch_size=4';

/** The name that messages give an override's place. */
export function overrideSource(text: string): string {
  return `override ${text}`;
}

/** Reads an override. Throws a ConfigError that quotes it where it is malformed. */
export function parseOverride(text: string): Override {
  const [, sign = '', pathText = '', equals = '', valueText = ''] = /^(\+\+?|~)?([^=]*)(=?)(.*)$/s.exec(text) ?? [];
  const action = sign === '~' ? 'remove' : sign === '+' ? 'add' : 'set';
  const fail = (problem: Omit<Problem, 'where'>): never => {
    throw new ConfigError({ where: overrideSource(text), ...problem });
  };
  if (action === 'remove' && equals) {
    fail({ problem: 'a removal takes no value', expected: '~path', remedy: `write ~${pathText}` });
  }
  if (action !== 'remove' && !equals) fail({ problem: 'there is no "="', expected: forms });
  const path = splitPath(pathText) ?? fail({ problem: `"${pathText}" is not a path`, expected: forms });
  if (path.includes(forbiddenKey)) fail({ problem: forbiddenKeyText });
  if (path.length > maxDepth) fail({ problem: `the path is more than ${maxDepth} levels deep` });
  return { text, action, path, value: parseYaml(valueText, () => ({ source: overrideSource(text) })) };
}

/** `a.b.0`, `a.b[0]`, and `a[b.c]` for the key `b.c`; undefined where a step is empty. */
function splitPath(text: string): string[] | undefined {
  const step = /^(?:[^.[\]\s]+|\[[^[\]]+\])(?:\.(?=[^.[\]])|(?=\[)|$)/;
  const steps: string[] = [];
  let rest = text;
  while (rest) {
    const [matched] = step.exec(rest) ?? [];
    if (matched === undefined) return undefined;
    rest = rest.slice(matched.length);
    steps.push(matched.replace(/\.$/, '').replace(/^\[(.*)\]$/, '$1'));
  }
  return steps.length > 0 ? steps : undefined;
}

/** Applies an override to a merged config. Whether the path is one that a component knows is for validation to say. */
export function applyOverride(root: MapNode, override: Override): MapNode {
  const applied = override.action === 'remove' ? remove(root, override, 0) : set(root, override, 0, root);
  return applied.kind === 'map' ? applied : root;
}

function set(node: ConfigNode | undefined, override: Override, depth: number, root: MapNode): ConfigNode {
  const { action, path, value, text } = override;
  const origin: Origin = { source: overrideSource(text) };
  const step = path[depth];
  if (step === undefined) {
    if (action === 'add' && node) {
      throw problemAt(override, path, {
        problem: 'there is a value already',
        remedy: `leave out the "+" to replace it: ${text.slice(1)}`,
      });
    }
    const mixed = node && mixedKinds(node, value);
    if (mixed)
      throw problemAt(override, path, {
        ...mixed,
        remedy: `to replace all of it, remove it before: ~${formatPath(path)}`,
      });
    if (node?.kind === 'map' && value.kind === 'map') return mergeMaps(node, value, { root, path });
    return { origin, ...value };
  }
  if (node?.kind === 'list') {
    const index = listIndex(node, override, depth, action === 'add' ? node.items.length : node.items.length - 1);
    const items = [...node.items];
    items[index] = set(node.items[index], override, depth + 1, root);
    return { ...node, items };
  }
  const base: MapNode = node?.kind === 'map' ? node : { kind: 'map', entries: new Map(), origin };
  const before = base.entries.get(step);
  const child = set(before?.value, override, depth + 1, root);
  const entries = new Map(base.entries).set(step, { keyOrigin: before?.keyOrigin ?? origin, value: child });
  return { ...base, entries };
}

function remove(node: ConfigNode, override: Override, depth: number): ConfigNode {
  const { path } = override;
  const step = path[depth] ?? '';
  const isLast = depth === path.length - 1;
  if (node.kind === 'list') {
    const index = listIndex(node, override, depth, node.items.length - 1);
    const items = node.items.flatMap((item, i) =>
      i !== index ? [item] : isLast ? [] : [remove(item, override, depth + 1)],
    );
    return { ...node, items };
  }
  const child = childOf(node, step);
  if (node.kind === 'scalar' || !child) {
    throw problemAt(override, path.slice(0, depth + 1), {
      problem: 'there is nothing to remove',
      nearest: node.kind === 'map' ? nearestNames(step, node.entries.keys()) : [],
    });
  }
  const entries = new Map(node.entries);
  if (isLast) entries.delete(step);
  else entries.set(step, { ...node.entries.get(step), value: remove(child, override, depth + 1) });
  return { ...node, entries };
}

function listIndex(list: ListNode, override: Override, depth: number, last: number): number {
  const { path, action } = override;
  const step = path[depth] ?? '';
  const { length } = list.items;
  const index = /^-\d+$/.test(step) ? length + Number(step) : /^\d+$/.test(step) ? Number(step) : -1;
  if (index >= 0 && index <= last) return index;
  throw problemAt(override, path.slice(0, depth + 1), {
    problem: `the list has ${length} ${length === 1 ? 'item' : 'items'}`,
    found: step,
    expected: last < 0 ? 'no index, for the list is empty' : last === 0 ? '0' : `an index from 0 to ${last}`,
    remedy: action === 'set' ? `append with +${formatPath([...path.slice(0, depth), length])}=…` : undefined,
  });
}

function problemAt(override: Override, path: Path, problem: Omit<Problem, 'where' | 'path'>): ConfigError {
  return new ConfigError({ where: overrideSource(override.text), path: formatPath(path), ...problem });
}
