import { isAbsolute, resolve } from 'node:path';
import type { Registry, TargetProblem } from './component.js';
import type { ConfigNode, ConfigTree, MapEntry, ScalarNode } from './tree.js';

/** A component of the user's own as a config names it. */
export interface UserTarget {
  /** As it was written: `./my/unet.ts#MyUNet`. */
  readonly text: string;
  /** The config or the override it was written in. */
  readonly source: string;
}

/** The file of a user's component, and the name of the export in it, undefined where none is given. */
export interface UserTargetParts {
  readonly file: string;
  readonly name: string | undefined;
}

const CODE = /\.[cm]?[jt]s$/;

/**
 * Whether a text names code of the user's: what no name of the registry looks like.
 *
 * @param isTarget whether it stands where only the name of a component can
 */
export function isUserTarget(text: string, isTarget = true): boolean {
  // Elsewhere than under `target`, a path alone is any text: only with a name in it is it a component in a slot.
  const { file, name } = splitTarget(text);
  if (!isTarget) return CODE.test(file) && name !== undefined;
  return /[/\\#:]/.test(text) || text.startsWith('.') || CODE.test(text);
}

/** How a component of the user's own is written that was named as Python names a class, `my.module.Class`. */
export function userTargetFor(name: string): string | undefined {
  const [, path, last] = /^(\w+(?:\.\w+)*)\.(\w+)$/.exec(name) ?? [];
  if (path === undefined || last === undefined) return undefined;
  return `one of your own is written ./${path.replaceAll('.', '/')}.ts#${last}`;
}

/** The parts of a user's target, or what is wrong with the way it is written. */
export function parseUserTarget(text: string): UserTargetParts | TargetProblem {
  const { file, name } = splitTarget(text);
  const expected = 'a path that begins with ./, ../ or /, and the name of an export: ./my/unet.ts#MyUNet';
  if (/^[a-z][a-z\d+.-]*:/i.test(text)) {
    const remedy = 'save the file beside the config and name it by its path';
    return { problem: 'components are never fetched', found: text, expected, remedy };
  }
  if (!/^\.{0,2}\//.test(file)) {
    const remedy = CODE.test(file) ? `write ./${text}` : undefined;
    return { problem: 'not a path to a component of your own', found: text, expected, ...(remedy && { remedy }) };
  }
  if (/\.[a-z]+$/i.test(file) && !CODE.test(file)) {
    const ending = 'a file that ends in .ts, .mts, .js or .mjs';
    return { problem: 'not a file of TypeScript or JavaScript', found: text, expected: ending };
  }
  return { file, name };
}

/** At the last `#`, as folders may have one in their names. An empty name is none. */
function splitTarget(text: string): UserTargetParts {
  const [, file = text, name] = /^(.*)#([^#]*)$/s.exec(text) ?? [];
  return { file, name: name === '' ? undefined : name };
}

/** The same target named so that it means the same from anywhere. */
export function absoluteTarget({ file, name }: UserTargetParts, folder: string): string {
  const path = isAbsolute(file) ? file : resolve(folder, file);
  return name === undefined ? path : `${path}#${name}`;
}

/** The components of the user's own that a config names, each with the values that name it. */
export function userTargets(tree: ConfigTree, registry: Registry): Map<ScalarNode, UserTarget> {
  const found = new Map<ScalarNode, UserTarget>();
  const visit = (node: ConfigNode, key?: string): void => {
    if (node.kind === 'map') for (const [child, { value }] of node.entries) visit(value, child);
    else if (node.kind === 'list') for (const item of node.items) visit(item);
    else if (typeof node.value === 'string' && isUserTarget(node.value, key === 'target')) {
      const isKnown = registry.resolve(node.value) ?? registry.planned(node.value);
      if (!isKnown) found.set(node, { text: node.value, source: node.origin?.source ?? '' });
    }
  };
  visit(tree.root);
  return found;
}

/** The tree with other texts in place of some. */
export function withTexts(tree: ConfigTree, texts: ReadonlyMap<ScalarNode, string>): ConfigTree {
  const replace = <N extends ConfigNode>(node: N): N => {
    if (node.kind === 'list') return { ...node, items: node.items.map(replace) };
    if (node.kind === 'map') {
      const entries = [...node.entries].map(([key, entry]): [string, MapEntry] => [
        key,
        { ...entry, value: replace(entry.value) },
      ]);
      return { ...node, entries: new Map(entries) };
    }
    const value = texts.get(node);
    return value === undefined ? node : { ...node, value, text: undefined };
  };
  return { ...tree, root: replace(tree.root) };
}
